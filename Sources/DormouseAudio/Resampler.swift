/// Converts one channel from one sample rate to another, block by block, by a `PolyphaseFilter`.
///
/// The output is aligned with the input: sample 0 of both is the same instant. `n` samples become
/// `ceil(n * target / source)`.
final class Resampler {
  private let filter: PolyphaseFilter
  /// An output sample advances by `down / up` input samples.
  private let up: Int
  private let down: Int
  /// Input samples that the filter still needs, and room for new ones.
  private var line: [Float]
  private var filled: Int
  /// Index of `line[0]` in the input; negative while it is before the recording.
  private var origin: Int
  /// Index of the next output sample.
  private var next = 0
  /// Input samples in all, once they have ended.
  private var total: Int?

  /// - Parameters:
  ///   - source: Hz.
  ///   - target: Hz.
  init(from source: Int, to target: Int) {
    let divisor = Resampler.greatestCommonDivisor(source, target)
    up = target / divisor
    down = source / divisor
    filter = PolyphaseFilter(from: source, to: target, steps: up)
    // Silence comes before the recording.
    filled = filter.taps / 2 - 1
    origin = -filled
    line = [Float](repeating: 0, count: filter.taps + 8192)
  }

  /// Consumes samples from the front of `input` and writes to `output`; returns how many of each.
  ///
  /// With `isLast`, `input` is all that remains, and calls are repeated until nothing more is written.
  func process(
    _ input: UnsafeBufferPointer<Float>, isLast: Bool, into output: UnsafeMutableBufferPointer<Float>
  ) -> (consumed: Int, written: Int) {
    var consumed = 0
    var written = 0
    while true {
      written += emit(into: UnsafeMutableBufferPointer(rebasing: output[written...]))
      if written == output.count { break }
      if consumed < input.count {
        consumed += append(UnsafeBufferPointer(rebasing: input[consumed...]))
      } else if isLast && total == nil {
        end()
      } else {
        break
      }
    }
    return (consumed, written)
  }

  /// Computes outputs as long as there is input for them and room.
  private func emit(into output: UnsafeMutableBufferPointer<Float>) -> Int {
    var count = 0
    line.withUnsafeBufferPointer { line in
      filter.table.withUnsafeBufferPointer { table in
        while count < output.count {
          let (whole, rest) = (next * down).quotientAndRemainder(dividingBy: up)
          let start = whole - (filter.taps / 2 - 1) - origin
          guard start + filter.taps <= filled, total.map({ whole < $0 }) ?? true else { return }
          let phase = filter.phases == up ? rest : (rest * filter.phases + up / 2) / up
          output[count] = Resampler.dot(
            line.baseAddress! + start, table.baseAddress! + phase * filter.taps, count: filter.taps)
          count += 1
          next += 1
        }
      }
    }
    return count
  }

  /// Forgets what no output needs any more and takes what fits.
  private func append(_ input: UnsafeBufferPointer<Float>) -> Int {
    let needed = min(max(next * down / up - (filter.taps / 2 - 1) - origin, 0), filled)
    return line.withUnsafeMutableBufferPointer { line in
      let start = line.baseAddress!
      start.update(from: start + needed, count: filled - needed)
      origin += needed
      filled -= needed
      let count = min(input.count, line.count - filled)
      if count > 0 { (start + filled).update(from: input.baseAddress!, count: count) }
      filled += count
      return count
    }
  }

  /// Lets silence come after the recording.
  private func end() {
    total = origin + filled
    let silence = [Float](repeating: 0, count: filter.taps / 2)
    _ = silence.withUnsafeBufferPointer(append)
  }

  /// Eight partial sums, so that the additions don't wait for one another; `count` is a multiple of 8.
  @inline(__always)
  private static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    var sum = SIMD8<Float>.zero
    let (left, right) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    for offset in stride(from: 0, to: count &* 4, by: 32) {
      sum +=
        left.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        * right.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
    }
    return sum.sum()
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
