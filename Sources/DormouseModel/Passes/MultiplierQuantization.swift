import Dormouse
import Foundation

extension QuantizedMultiplier {
  /// The fixed-point factor nearest to a real one: what TensorFlow Lite's `QuantizeMultiplier` computes.
  ///
  /// The mantissa is `round(fraction * 2^31)` with the fraction in `[1/2, 1)`; a mantissa that rounds up to 2^31 is
  /// halved and the shift raised. Factors below 2^-32 become zero.
  ///
  /// - Returns: nil if `factor` is negative, not finite, or 2^30 or more.
  public init?(rounding factor: Double) {
    guard factor.isFinite, factor >= 0 else { return nil }
    guard factor > 0 else {
      self.init(multiplier: 0, shift: 0)
      return
    }
    let (fraction, exponent) = frexp(factor)
    var mantissa = Int64((fraction * 2_147_483_648).rounded(.toNearestOrAwayFromZero))
    var shift = exponent
    if mantissa == 1 << 31 {
      mantissa /= 2
      shift += 1
    }
    guard shift <= 30 else { return nil }
    guard shift >= -31 else {
      self.init(multiplier: 0, shift: 0)
      return
    }
    self.init(multiplier: Int32(mantissa), shift: Int32(shift))
  }

  /// The real factor that this one stands for.
  public var real: Double { scalbn(Double(multiplier), Int(shift) - 31) }
}

/// The three factors of an add layer, as TensorFlow Lite's ADD computes them.
///
/// Both inputs are shifted left by 20 bits and rescaled to twice the larger input scale, so that each factor is at most
/// one half and the sum can't overflow.
struct AddFactors {
  /// Of the first input, the second input, the output.
  var factors: [QuantizedMultiplier]

  /// - Throws: `GraphError` if the scales differ by more than fixed point can bridge.
  init(first: Double, second: Double, output: Double, place: String) throws(GraphError) {
    let twice = 2 * max(first, second)
    guard let left = QuantizedMultiplier(rounding: first / twice),
      let right = QuantizedMultiplier(rounding: second / twice),
      let result = QuantizedMultiplier(rounding: twice / (Double(1 << 20) * output)),
      [left, right, result].allSatisfy({ Add.shiftRange.contains($0.shift) })
    else {
      throw GraphError(
        place,
        "its scales \(first), \(second) -> \(output) are too far apart to be added in int8; quantize the model again")
    }
    factors = [left, right, result]
  }
}
