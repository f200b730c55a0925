/// `floor(a * b / 2^32)`, one instruction on most cores.
///
/// With one factor in Q31 this is half the product; the fixed-point code makes that halving part of its scaling.
#if DORMOUSE_SMALL && DORMOUSE_SHORT_PRODUCTS
  @inline(never)
#else
  @inline(__always)
#endif
func highProduct(_ a: Int32, _ b: Int32) -> Int32 { a.multipliedFullWidth(by: b).high }

/// `a * b`, all 64 bits, so that adding it to a sum is one multiply-accumulate instruction on most cores.
///
/// The two words of the product are reinterpreted in little-endian order, the only one that images know: a conversion
/// `Int64(someInt32)` goes through generic code that Embedded Swift doesn't specialise.
#if DORMOUSE_SMALL && DORMOUSE_SHORT_PRODUCTS
  @inline(never)
#else
  @inline(__always)
#endif
func fullProduct(_ a: Int32, _ b: Int32) -> Int64 {
  let product = a.multipliedFullWidth(by: b)
  return unsafeBitCast((product.low, product.high), to: Int64.self)
}
