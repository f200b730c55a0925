/// A positive real factor in fixed point: `multiplier * 2^(shift - 31)`.
///
/// This is how int32 accumulators become int8 outputs (*requantize*) and how any other real constant reaches the
/// device, which computes without floating point. The format and the rounding are TensorFlow Lite's, with single
/// rounding (`TFLITE_SINGLE_ROUNDING`): `floor(x * multiplier / 2^(31 - shift) + 1/2)`.
///
/// Ranges: `multiplier` in `0 ..< 2^31` (normalised factors lie in `2^30 ..< 2^31`), `shift` in `-31 ... 30`.
public struct QuantizedMultiplier: Equatable, Sendable, BitwiseCopyable {
  /// Q31 mantissa, not negative.
  public var multiplier: Int32
  /// Power of two; positive shifts left.
  public var shift: Int32

  /// Wraps an existing mantissa and shift; the caller, or the image validator, has checked the ranges.
  @inline(__always)
  public init(multiplier: Int32, shift: Int32) {
    self.multiplier = multiplier
    self.shift = shift
  }

  /// Whether `apply` is exact for every Int32 argument.
  public var isValid: Bool { multiplier >= 0 && shift >= -31 && shift <= 30 }

  /// `floor(x * multiplier * 2^(shift - 31) + 1/2)`, modulo 2^32.
  #if DORMOUSE_SMALL
    @inline(never)
  #else
    @inline(__always)
  #endif
  public func apply(_ x: Int32) -> Int32 {
    let product = x.multipliedFullWidth(by: multiplier)
    if shift <= -2 {
      // Below 2^32 the low word can't reach the result: the rounding constant 2^(30 - shift) has no bits there.
      let right = 0 &- shift
      return (product.high &+ (1 &<< (right &- 2))) &>> (right &- 1)
    }
    // 64-bit shift on two words: Int64 conversions go through generics that Embedded Swift does not specialise.
    let total = UInt32(truncatingIfNeeded: 31 &- shift)
    if total == 32 {
      return product.high &+ Int32(truncatingIfNeeded: product.low &>> 31)
    }
    let (low, carry) = product.low.addingReportingOverflow(1 &<< (total &- 1))
    let high = product.high &+ (carry ? 1 : 0)
    return Int32(truncatingIfNeeded: (UInt32(bitPattern: high) &<< (32 &- total)) | (low &>> total))
  }

  /// The product rounded to a whole number, halves upwards, and that, shifted right, rounded again, halves away from zero:
  /// TensorFlow Lite's arithmetic without `TFLITE_SINGLE_ROUNDING`. Shifts to the left round once.
  ///
  /// Exact for arguments of magnitude below 2^30.
  @inline(__always)
  public func applyTwice(_ x: Int32) -> Int32 {
    guard shift < 0 else { return apply(x) }
    let product = x.multipliedFullWidth(by: multiplier)
    let upper = (UInt32(bitPattern: product.high) &<< 1) | (product.low &>> 31)
    let once = Int32(bitPattern: upper &+ (product.low &>> 30 & 1))
    let right = 0 &- shift
    return (once &+ (1 &<< (right &- 1)) &+ (once &>> 31)) &>> right
  }
}
