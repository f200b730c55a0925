/// `2^(-x)` as Q15 for `x >= 0` in Q16 log2 units: 32768 for 0, falling to 0 at 16.
///
/// A cubic in the fraction between exact powers of two; the coefficients minimise the largest error, 3.3 of 32768,
/// which is far finer than the steps of int8 logits.
@inline(__always)
func negativePowerOfTwo(q16 x: Int32) -> Int32 {
  let whole = x &>> 16
  if whole >= 16 { return 0 }
  let fraction = (x & 0xFFFF) &>> 1
  let cubic: Int32 = 7590 &- ((1307 &* fraction) &>> 15)
  let quadratic: Int32 = 22669 &- ((cubic &* fraction) &>> 15)
  let value: Int32 = 32768 &- ((quadratic &* fraction) &>> 15)
  return value &>> whole
}
