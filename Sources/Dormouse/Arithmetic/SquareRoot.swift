/// Square roots of integers.
enum SquareRoot {
  /// The square root to the nearest integer, of a value below 2^62; but at most 65535 if the value is below 2^32.
  ///
  /// The exception is that of TensorFlow's microfrontend, whose roots of 32 bits have 16. The upper 16 bits come from
  /// two of Newton's steps, started from a line that is 4 % off at worst: they leave 0.03 and the rounding down.
  /// The lower 16 bits are a quotient (Zimmermann, Karatsuba Square Root, 1999), one too large at worst.
  @inline(__always)
  static func rounded(high: UInt32, low: UInt32) -> UInt32 {
    guard high | low != 0 else { return 0 }
    // Shifted left by an even number, so that one of the two upper bits is set.
    var upper = low
    var lower: UInt32 = 0
    var halfShift: UInt32 = 16
    if high != 0 {
      let zeros = UInt32(truncatingIfNeeded: high.leadingZeroBitCount) & ~1
      upper = (high &<< zeros) | ((low &>> 1) &>> (31 &- zeros))
      lower = low &<< zeros
      halfShift = zeros &>> 1
    } else {
      let zeros = UInt32(truncatingIfNeeded: low.leadingZeroBitCount) & ~1
      upper = low &<< zeros
      halfShift &+= zeros &>> 1
    }
    // x / 3 + 17 / 24 on 1 to 4.
    var root = upper.multipliedFullWidth(by: 43691).high &+ 23211
    root = (root &+ upper / root) &>> 1
    root = (root &+ upper / root) &>> 1
    if root > 0xFFFF { root = 0xFFFF }
    if root &* root > upper { root &-= 1 }
    let rest = upper &- root &* root
    var digit = ((rest &<< 15) | (lower &>> 17)) / root
    if digit > 0xFFFF { digit = 0xFFFF }
    root = (root &<< 16) | digit
    let square = root.multipliedFullWidth(by: root)
    if square.high > upper || (square.high == upper && square.low > lower) { root &-= 1 }
    // No root of an integer lies half-way: the first bit that goes out decides.
    guard halfShift != 0 else { return root }
    let result = (root &>> halfShift) &+ ((root &>> (halfShift &- 1)) & 1)
    return high == 0 && result > 0xFFFF ? 0xFFFF : result
  }
}
