import Foundation

/// Samples made continuous: band-limited interpolation to `factor` times the rate, without delay.
///
/// A point is the sum of `2 * reach` samples around it, weighted with a sinc under a Kaiser window (beta 8: images below
/// -80 dB, flat to 0.9 of Nyquist). Before the first sample and after the last there is silence.
struct Interpolator {
  /// Points a sample.
  static let factor = 16
  private static let reach = 32
  /// Weights of the samples around a point, `[factor][2 * reach]`.
  private let weights: [Double]

  init() {
    let reach = Interpolator.reach
    weights = (0..<Interpolator.factor).flatMap { phase in
      (0..<2 * reach).map { tap in
        let distance = Double(tap - reach + 1) - Double(phase) / Double(Interpolator.factor)
        let sinc = distance == 0 ? 1 : sin(.pi * distance) / (.pi * distance)
        let place = distance / Double(reach)
        return sinc * Interpolator.bessel(8 * max(1 - place * place, 0).squareRoot()) / Interpolator.bessel(8)
      }
    }
  }

  /// Points `factor * range.lowerBound ..< factor * range.upperBound`, full scale 1, written to `points`.
  func interpolate(_ samples: [Int16], _ range: Range<Int>, into points: inout [Double]) {
    let reach = Interpolator.reach
    points.removeAll(keepingCapacity: true)
    let around = (range.lowerBound - reach + 1..<range.upperBound + reach).map {
      samples.indices.contains($0) ? Double(samples[$0]) / 32768 : 0
    }
    around.withUnsafeBufferPointer { around in
      weights.withUnsafeBufferPointer { weights in
        for index in range.indices {
          let first = index - range.lowerBound
          for phase in 0..<Interpolator.factor {
            var sum = 0.0
            for tap in 0..<2 * reach { sum += around[first + tap] * weights[phase * 2 * reach + tap] }
            points.append(sum)
          }
        }
      }
    }
  }

  /// The modified Bessel function of order zero, by its series.
  private static func bessel(_ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    var k = 1.0
    while term > 1e-16 * sum {
      term *= (x / (2 * k)) * (x / (2 * k))
      sum += term
      k += 1
    }
    return sum
  }
}
