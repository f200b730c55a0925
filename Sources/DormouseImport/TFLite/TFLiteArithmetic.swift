import Dormouse
import DormouseModel
import Foundation

/// Constants as TensorFlow Lite's reference kernels derive them; results are theirs, bit for bit.
enum TFLiteArithmetic {
  /// `a * b / 2^31` to the nearest integer, halves upwards.
  private static func product(_ a: Int32, _ b: Int32) -> Int32 {
    let product = (Int64(a) * Int64(b) + 1 << 30) >> 31
    return Int32(clamping: product)
  }

  /// `value * factor`, rounded twice.
  static func scaled(_ value: Int, _ factor: QuantizedMultiplier) -> Int {
    if factor.shift >= 0 { return Int(factor.apply(Int32(clamping: value))) }
    return Int(factor.applyTwice(Int32(clamping: value)))
  }

  /// Exponentials of `-difference * scale` in Q31 for the differences 0 to 255 of two int8 logits.
  ///
  /// Differences are brought to Q26 first; what lies beyond the range of that is zero. The exponential is a Taylor
  /// polynomial of fourth order around -1/8 on the last quarter, times a constant for each power of two in the rest.
  ///
  /// - Returns: nil if the scale can't be used.
  static func exponentials(scale: Float, beta: Float) -> [Int32]? {
    let real = min(Double(beta) * Double(scale) * Double(1 << 26), Double(Int32.max))
    guard let factor = QuantizedMultiplier(rounding: real), factor.shift >= 0 else { return nil }
    let limit = -Int((Double(31 << 26) / Double(1 << factor.shift)).rounded(.down))
    return (0..<256).map { difference in
      guard -difference >= limit else { return 0 }
      return exponential(factor.apply(Int32(-difference)))
    }
  }

  /// `exp(x)` in Q31 for x in Q26, 0 or less.
  private static func exponential(_ x: Int32) -> Int32 {
    guard x < 0 else { return Int32.max }
    let quarter: Int32 = 1 << 24
    let part = (x & (quarter - 1)) - quarter
    var result = nearExponential(part << 5)
    let rest = part - x
    // exp(-2^k) for k from -2 on.
    let powers: [Int32] = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242]
    for (bit, power) in powers.enumerated() where rest & (1 << Int32(24 + bit)) != 0 {
      result = product(result, power)
    }
    return result
  }

  /// `exp(x)` in Q31 for x in Q31, -1/4 to 0.
  private static func nearExponential(_ x: Int32) -> Int32 {
    let middle: Int32 = 1_895_147_668
    let third: Int32 = 715_827_883
    let t = x &+ 1 << 28
    let square = product(t, t)
    let cube = product(square, t)
    let fourth = halved(product(square, square), 2)
    let rest = halved(product(fourth &+ cube, third) &+ square, 1)
    return middle &+ product(middle, t &+ rest)
  }

  /// `value / 2^bits` to the nearest integer, halves away from zero.
  private static func halved(_ value: Int32, _ bits: Int32) -> Int32 {
    Int32((Int64(value) + Int64(1 << (bits - 1)) + Int64(value >> 31)) >> Int64(bits))
  }

  /// Results of a function of reals for all int8 values, computed in single precision.
  static func table(input: Quantization, output: Quantization, _ function: (Float) -> Float) -> [Int8] {
    let inverse = 1 / Float(output.scale)
    return (-128...127).map { value in
      let result = function(Float(input.scale) * Float(value - input.zeroPoint)) * inverse
      return clamped(Double(result.rounded(.toNearestOrAwayFromZero)) + Double(output.zeroPoint), -128...127)
    }
  }

  /// Results of requantization for all int8 values; nil if the scales are too far apart.
  static func table(
    input: Quantization, output: Quantization, clamp: ClosedRange<Int8>
  ) -> [Int8]? {
    guard let factor = QuantizedMultiplier(rounding: input.scale / output.scale), factor.shift <= 20 else { return nil }
    return (-128...127).map { value in
      clamped(Double(scaled(value - input.zeroPoint, factor) + output.zeroPoint), clamp)
    }
  }

  private static func clamped(_ value: Double, _ range: ClosedRange<Int8>) -> Int8 {
    Int8(min(max(value, Double(range.lowerBound)), Double(range.upperBound)))
  }

  /// The factor of a mean over `count` elements: that of the scales, divided by `count` with as many bits as fit.
  static func meanFactor(input: Quantization, output: Quantization, count: Int) -> QuantizedMultiplier? {
    guard let factor = QuantizedMultiplier(rounding: input.scale / output.scale), factor.multiplier > 0 else {
      return nil
    }
    let bits = min(Int32(63 - count.leadingZeroBitCount), 32, 31 + factor.shift)
    return QuantizedMultiplier(
      multiplier: Int32((Int64(factor.multiplier) << Int64(bits)) / Int64(count)), shift: factor.shift - bits)
  }
}
