/// Logarithms in fixed point.
enum Logarithm {
  /// `log2(max(value, 1))` in Q16, 0 to 64 * 65536.
  ///
  /// With `value = 2^k (1 + m)`: `log2(1 + m) = m + m (1 - m) p(m)`, exact at both ends of an octave, so that the result
  /// is continuous; `p` is the cubic with the least maximal error, 1.6e-5 octaves or one unit of the result.
  @inline(__always)
  static func log2(_ value: UInt64) -> Int32 {
    let high = UInt32(truncatingIfNeeded: value &>> 32)
    let low = UInt32(truncatingIfNeeded: value)
    var exponent: Int32
    var mantissa: UInt32
    if high != 0 {
      let zeros = UInt32(truncatingIfNeeded: high.leadingZeroBitCount)
      // Two shifts, so that neither is by 32.
      mantissa = (high &<< zeros) | ((low &>> 1) &>> (31 &- zeros))
      exponent = 63 &- Int32(bitPattern: zeros)
    } else {
      guard low != 0 else { return 0 }
      let zeros = UInt32(truncatingIfNeeded: low.leadingZeroBitCount)
      mantissa = low &<< zeros
      exponent = 31 &- Int32(bitPattern: zeros)
    }
    mantissa &= 0x7FFF_FFFF
    exponent &<<= 16
    let m = Int32(bitPattern: mantissa)
    // Each product halves its Q: the cubic term starts in Q33, the sum ends in Q30.
    var polynomial = highProduct(cubic, m) &+ quadratic
    polynomial = highProduct(polynomial, m) &+ linear
    polynomial = highProduct(polynomial, m) &+ constant
    let bend = highProduct(highProduct(m, Int32.max &- m), polynomial)
    // Q28, at most 2^28.
    return exponent &+ ((m &>> 3) &+ bend &+ 2048) &>> 12
  }

  /// 0.44191704, Q30.
  private static let constant: Int32 = 474_504_809
  /// -0.26717941, Q31.
  private static let linear: Int32 = -573_763_414
  /// 0.14842666, Q32.
  private static let quadratic: Int32 = 637_487_651
  /// -0.04514905, Q33.
  private static let cubic: Int32 = -387_827_387
}
