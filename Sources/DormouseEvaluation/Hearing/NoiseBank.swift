import DormouseAudio
import DormouseModel
import Foundation

/// Recordings of noise, to be mixed into clips at a wanted ratio.
public struct NoiseBank: Sendable {
  /// Seconds that are kept of each recording.
  static let longest = 600
  /// By sample rate.
  private var recordings: [Int: [[Int16]]] = [:]
  /// What could not be read.
  public private(set) var skipped: [SkippedRecording] = []

  /// Reads all recordings below `folder` at each of the rates.
  ///
  /// - Throws: that there is none that can be used.
  public init(folder: String, sampleRates: Set<Int>) throws(EvaluationError) {
    guard SoundFolder.isFolder(folder) else {
      throw EvaluationError("\(folder): \(FolderProblem.words(folder)); --noise takes a folder of recordings")
    }
    var problems: [SkippedRecording] = []
    let paths = SoundFolder.sounds(below: folder) { problems.append($0) }
    for rate in sampleRates.sorted() {
      for path in paths {
        do throws(AudioError) {
          var samples: [Int16] = []
          let reader = try SegmentReader(Recording(path: path, name: path, label: nil), sampleRate: rate)
          try reader.append(NoiseBank.longest * rate, to: &samples)
          if samples.contains(where: { $0 != 0 }) {
            recordings[rate, default: []].append(samples)
          } else {
            problems.append(SkippedRecording(path: path, reason: "holds nothing but silence"))
          }
        } catch {
          let problem = SkippedRecording(path: path, reason: error.reason)
          if !problems.contains(problem) { problems.append(problem) }
        }
      }
      if recordings[rate] == nil { throw EvaluationError("\(folder): holds no recording of noise that can be read") }
    }
    skipped = problems
  }

  init(_ recordings: [[Int16]], sampleRate: Int) { self.recordings[sampleRate] = recordings }

  /// The noise for a clip: which, depends on the seed and the clip's name alone.
  ///
  /// - Parameter count: samples of the clip, over which the noise has a root mean square of 1.
  func excerpt(seed: UInt64, clip: String, count: Int, sampleRate: Int) -> NoiseExcerpt {
    var random = RandomSequence(seed: seed, of: clip)
    let candidates = recordings[sampleRate]!
    var excerpt: NoiseExcerpt
    var attempts = 0
    repeat {
      let recording = candidates[random.next(below: candidates.count)]
      excerpt = NoiseExcerpt(recording, start: random.next(below: recording.count), count: count)
      attempts += 1
      // A pause in the noise can't be raised to a level; there may be many.
    } while excerpt.isSilent && attempts < 64
    return excerpt
  }
}

/// A stretch of a recording of noise that starts with a clip, and goes on around it.
struct NoiseExcerpt {
  private let samples: [Int16]
  private let start: Int
  private let scale: Double
  /// Nothing is heard during the clip.
  let isSilent: Bool

  init(_ samples: [Int16], start: Int, count: Int) {
    self.samples = samples
    self.start = start
    var power = 0.0
    for index in 0..<count {
      let sample = Double(samples[(start + index) % samples.count])
      power += sample * sample
    }
    isSilent = power == 0
    scale = isSilent ? 0 : 1 / (power / Double(max(count, 1))).squareRoot()
  }

  /// Sample `index` of the clip, which may be negative or beyond its end; the recording is repeated.
  subscript(index: Int) -> Double {
    let place = (start + index) % samples.count
    return Double(samples[place < 0 ? place + samples.count : place]) * scale
  }
}

/// How loud speech is, and how noise is added to it.
enum NoiseMixing {
  /// Root mean square of the loudest third of a clip's blocks of 20 ms, so that pauses don't count.
  static func speechLevel(_ samples: [Int16], sampleRate: Int) -> Double {
    let powers = BlockPowers.powers(samples, sampleRate: sampleRate)
    guard !powers.isEmpty else { return 0 }
    let loudest = powers.sorted(by: >).prefix((powers.count + 2) / 3)
    return (loudest.reduce(0, +) / Double(loudest.count)).squareRoot()
  }

  /// Samples with noise of `level` added, rounded to nearest, saturated; the clip's first sample is at `clipStart`.
  static func sum(_ samples: [Int16], _ noise: NoiseExcerpt, level: Double, clipStart: Int) -> [Int16] {
    samples.indices.map { index in
      let sum = (Double(samples[index]) + level * noise[index - clipStart]).rounded(.toNearestOrEven)
      return Int16(min(max(sum, -32768), 32767))
    }
  }
}
