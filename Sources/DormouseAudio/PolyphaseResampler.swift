import Foundation

/// Converts one channel from a device's sample rate to a model's, block by block, at little cost.
///
/// For files `Resampler` can afford the best interpolation there is; a program that listens day and night can't: this one
/// takes a thirtieth of its time. Output sample `n` is the input at `n * source / target`, low-passed by a sinc under a
/// Kaiser window that passes 95 % of the lower Nyquist frequency and lets 80 dB less through from 105 % on (what folds
/// back lands above the 95 %). A table holds the filter at each of the positions between two input samples that occur.
/// J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974.
final class PolyphaseResampler {
  /// Positions between two input samples; rates with a ratio of more are taken for the nearest ratio with as many.
  static let mostPhases = 1024
  /// dB by which what would fold back is damped.
  static let damping = 80.0

  /// Input samples by which the output lags: half the filter's length.
  let delay: Int
  private let phases: Int
  /// Phases from one output sample to the next.
  private let step: Int
  /// Coefficients a phase; a multiple of 8.
  private let taps: Int
  /// `[phases][taps]`.
  private let table: UnsafeMutablePointer<Float>
  /// The last inputs, then the block.
  private let inputs: UnsafeMutablePointer<Float>
  private let capacity: Int
  private var held: Int
  /// Of the next output: index in `inputs` of its first tap, and its phase.
  private var position = 0
  private var phase = 0

  /// A resampler that has heard silence.
  ///
  /// - Parameter largestBlock: samples that `process` is given at most.
  init(from source: Int, to target: Int, largestBlock: Int) {
    var (common, rest) = (source, target)
    while rest != 0 { (common, rest) = (rest, common % rest) }
    phases = min(target / common, PolyphaseResampler.mostPhases)
    step = phases == target / common ? source / common : (source * phases + target / 2) / target
    let nyquist = Double(min(source, target)) / 2
    let transition = 0.1 * nyquist / Double(source)
    let length = (PolyphaseResampler.damping - 7.95) / (14.36 * transition)
    taps = (Int(length.rounded(.up)) + 7) / 8 * 8
    delay = taps / 2
    table = .allocate(capacity: phases * taps)
    PolyphaseResampler.design(table, phases: phases, taps: taps, cutoff: 2 * nyquist / Double(source))
    // A block, and what the last one left: less than the taps and a step.
    capacity = largestBlock + taps + step / phases + 2
    inputs = .allocate(capacity: capacity)
    inputs.initialize(repeating: 0, count: capacity)
    // The first output's middle is the first input.
    held = taps / 2 - 1
  }

  deinit {
    table.deallocate()
    inputs.deallocate()
  }

  /// Samples that a block of `count` gives at most.
  func largestOutput(_ count: Int) -> Int { (count + taps) * phases / step + 2 }

  /// Takes all of a block; returns how many samples were written to `output`.
  func process(_ block: UnsafePointer<Float>, count: Int, into output: UnsafeMutablePointer<Float>) -> Int {
    (inputs + held).update(from: block, count: count)
    held += count
    var written = 0
    while position + taps <= held {
      output[written] = product(table + phase * taps, inputs + position)
      written += 1
      phase += step
      position += phase / phases
      phase %= phases
    }
    let passed = min(position, held)
    held -= passed
    position -= passed
    inputs.update(from: inputs + passed, count: held)
    return written
  }

  private func product(_ coefficients: UnsafePointer<Float>, _ samples: UnsafePointer<Float>) -> Float {
    let (left, right) = (UnsafeRawPointer(coefficients), UnsafeRawPointer(samples))
    var sum = SIMD8<Float>.zero
    for offset in stride(from: 0, to: 4 &* taps, by: 32) {
      sum +=
        left.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        * right.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
    }
    return sum.sum()
  }

  /// - Parameter cutoff: share of the input's Nyquist frequency that passes.
  private static func design(_ table: UnsafeMutablePointer<Float>, phases: Int, taps: Int, cutoff: Double) {
    let shape = 0.1102 * (damping - 8.7)
    let half = Double(taps) / 2
    for phase in 0..<phases {
      let row = (0..<taps).map { tap -> Double in
        let time = Double(tap - taps / 2 + 1) - Double(phase) / Double(phases)
        let angle = Double.pi * cutoff * time
        let sinc = angle == 0 ? 1 : sin(angle) / angle
        let edge = 1 - time * time / (half * half)
        return edge < 0 ? 0 : sinc * bessel(shape * edge.squareRoot())
      }
      // A constant stays what it is in every phase.
      let sum = row.reduce(0, +)
      for tap in 0..<taps { table[phase * taps + tap] = Float(row[tap] / sum) }
    }
  }

  /// The modified Bessel function of the first kind and order 0, by its series.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term, index) = (1.0, 1.0, 1.0)
    while term > 1e-12 * sum {
      term *= x * x / (4 * index * index)
      sum += term
      index += 1
    }
    return sum
  }
}
