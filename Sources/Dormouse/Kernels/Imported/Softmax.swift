/// Posteriors over the channels of each position, in steps of 1/256 with a zero point of -128: TensorFlow Lite's integer
/// SOFTMAX, bit for bit.
///
/// The exponential of every possible difference to the greatest logit stands in a table, Q31, made at conversion. What is
/// left is one reciprocal a position, by Newton's iteration, in the fixed-point formats that TensorFlow Lite chose. No
/// scratch.
enum Softmax {
  /// With more the sum of exponentials would need more than its 12 integer bits.
  static var maximumChannels: Int { 511 }
  /// Entries of the table.
  static var tableLength: Int { 256 }

  /// `output[i] = round(256 * exp(input[i]) / sum(exp(input))) - 128` over every run of `channels` elements.
  static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, channels: Int, into output: inout MutableSpan<Int8>
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard var logits = input.baseAddress, var results = output.baseAddress else { return }
        var left = output.count
        while left > 0 {
          position(logits, constants.biases, channels, into: results)
          logits += channels
          results += channels
          left = left &- channels
        }
      }
    }
  }

  @inline(__always)
  private static func position(
    _ logits: UnsafePointer<Int8>, _ exponentials: UnsafePointer<Int32>, _ channels: Int,
    into results: UnsafeMutablePointer<Int8>
  ) {
    var greatest = Int8.min
    for channel in 0..<channels { greatest = max(greatest, logits[channel]) }
    // Q19: room for 12 integer bits.
    var sum: Int32 = 0
    for channel in 0..<channels {
      let exponential = exponentials[Int(greatest) &- Int(logits[channel])]
      sum = sum &+ rounded(exponential, 12)
    }
    // sum = 2^(12 - zeros) * (1 + fraction), fraction in Q31.
    let zeros = Int32(truncatingIfNeeded: sum.leadingZeroBitCount)
    let fraction = Int32(bitPattern: (UInt32(bitPattern: sum) &<< UInt32(bitPattern: zeros)) &- 0x8000_0000)
    let reciprocal = reciprocal(onePlus: fraction)
    let right = max(min(35 &- zeros, 31), 1)
    for channel in 0..<channels {
      let exponential = exponentials[Int(greatest) &- Int(logits[channel])]
      let share = rounded(product(reciprocal, exponential), right)
      results[channel] = Int8(truncatingIfNeeded: min(max(share &- 128, -128), 127))
    }
  }

  /// `1 / (1 + x)` in Q31 for x in Q31, 0 to 1: three steps of Newton's iteration from the best linear start, 48/17 - 32/17 d
  /// for d = (1 + x) / 2, in Q29.
  private static func reciprocal(onePlus x: Int32) -> Int32 {
    let half = (x &>> 1) &+ 0x4000_0000
    var estimate = 1_515_870_810 &+ product(half, -1_010_580_540)
    for _ in 0..<3 {
      let error = 0x2000_0000 &- product(half, estimate)
      estimate = estimate &+ (product(estimate, error) &<< 2)
    }
    // 1 / d is twice what is asked for.
    return estimate >= 0x4000_0000 ? Int32.max : estimate &<< 1
  }

  /// `value / 2^right` to the nearest integer, halves upwards, without a sum that could overflow.
  @inline(__always)
  private static func rounded(_ value: Int32, _ right: Int32) -> Int32 {
    (value &>> right) &+ (value &>> (right &- 1) & 1)
  }

  /// `a * b / 2^31` to the nearest integer, halves upwards.
  @inline(__always)
  private static func product(_ a: Int32, _ b: Int32) -> Int32 {
    let product = a.multipliedFullWidth(by: b)
    let upper = (UInt32(bitPattern: product.high) &<< 1) | (product.low &>> 31)
    return Int32(bitPattern: upper &+ (product.low &>> 30 & 1))
  }
}
