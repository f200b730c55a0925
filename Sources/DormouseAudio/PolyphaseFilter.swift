import Foundation

/// A low-pass filter, sampled at every fractional delay that a change of sample rate needs.
///
/// Kaiser-windowed sinc (Kaiser 1974; Oppenheim and Schafer, "Discrete-Time Signal Processing", section 7.6): passes up
/// to 95 % of the lower Nyquist frequency, 80 dB below from 105 % on. What folds back lies above the highest band of
/// a front end (7600 Hz at 16 kHz).
struct PolyphaseFilter {
  /// Coefficients a phase; a multiple of 8.
  let taps: Int
  /// Delays between two input samples; `table` holds one phase more, a delay of a whole sample.
  let phases: Int
  /// `[phases + 1, taps]`; each phase sums to 1, so that a constant stays what it is.
  let table: [Float]

  /// More phases than this are rounded to the nearest: the delay is off by at most 1/8192 sample, which is less
  /// than -77 dB at the end of the pass band for recordings of 44.1 kHz.
  static let mostPhases = 4096

  /// - Parameters:
  ///   - source: Hz.
  ///   - target: Hz.
  ///   - steps: fractional delays that occur, `target / gcd(source, target)`.
  init(from source: Int, to target: Int, steps: Int) {
    let rate = Double(source)
    let nyquist = Double(min(source, target)) / 2
    let attenuation = 80.0
    let transition = 0.1 * nyquist
    let length = (attenuation - 7.95) / (14.36 * transition / rate)
    let taps = (Int(length) + 8) / 8 * 8
    let phases = min(steps, PolyphaseFilter.mostPhases)
    let beta = 0.1102 * (attenuation - 8.7)
    let cutoff = 2 * nyquist / rate
    var table: [Float] = []
    table.reserveCapacity((phases + 1) * taps)
    for phase in 0...phases {
      let delay = Double(taps / 2 - 1) + Double(phase) / Double(phases)
      let row = (0..<taps).map { tap in
        let x = Double(tap) - delay
        return PolyphaseFilter.sinc(cutoff * x) * PolyphaseFilter.kaiser(x / Double(taps / 2), beta)
      }
      let sum = row.reduce(0, +)
      table += row.map { Float($0 / sum) }
    }
    self.taps = taps
    self.phases = phases
    self.table = table
  }

  private static func sinc(_ x: Double) -> Double { abs(x) < 1e-9 ? 1 : sin(.pi * x) / (.pi * x) }

  /// The window at `x`, -1 to 1; zero outside. Its constant factor is lost when a phase is normalised.
  private static func kaiser(_ x: Double, _ beta: Double) -> Double {
    let inside = 1 - x * x
    return inside < 0 ? 0 : bessel(beta * inside.squareRoot())
  }

  /// Modified Bessel function of the first kind, order 0, by its power series.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term, k) = (1.0, 1.0, 1.0)
    while term > sum * 1e-15 {
      term *= (x / 2 / k) * (x / 2 / k)
      sum += term
      k += 1
    }
    return sum
  }
}
