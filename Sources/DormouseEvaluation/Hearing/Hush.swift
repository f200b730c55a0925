import DormouseModel

/// What is heard before and after a recording: white noise as loud as the recording's own quiet moments.
///
/// Recordings are cut from a room that was never quite silent. Digital silence around them would add two steps that no
/// device hears.
struct Hush {
  private let amplitude: Double
  private var random: RandomSequence

  /// - Parameters:
  ///   - samples: the recording, or its beginning.
  ///   - name: decides the noise, together with nothing else.
  init(around samples: [Int16], of name: String, sampleRate: Int) {
    let powers = BlockPowers.powers(samples, sampleRate: sampleRate).sorted()
    // Uniform noise from -a to a has a root mean square of a / sqrt(3).
    amplitude = powers.isEmpty ? 0 : (3 * powers[powers.count / 10]).squareRoot()
    random = RandomSequence(seed: 0, of: name)
  }

  /// The next `count` samples.
  mutating func samples(_ count: Int) -> [Int16] {
    (0..<count).map { _ in
      // The upper 53 bits, as a number from -1 to 1.
      let uniform = Double(random.next() >> 11) * 0x1p-52 - 1
      return Int16(min(max((uniform * amplitude).rounded(.toNearestOrEven), -32768), 32767))
    }
  }
}

/// How loud a recording is, moment by moment.
enum BlockPowers {
  /// Mean squares of blocks of 20 ms, the last of which may be shorter.
  static func powers(_ samples: [Int16], sampleRate: Int) -> [Double] {
    let block = max(1, sampleRate / 50)
    return stride(from: 0, to: samples.count, by: block).map { start in
      let part = samples[start..<min(start + block, samples.count)]
      return part.reduce(0) { $0 + Double($1) * Double($1) } / Double(part.count)
    }
  }
}
