import Dormouse
import DormouseAudio

/// A keyword in a recording; positions in samples at the model's rate.
struct Heard {
  let label: Int
  /// 0 to 1.
  let score: Double
  /// Q15, as firmware prints it.
  let rawScore: Int
  let start: UInt64
  let end: UInt64
}

/// What a listener reports, in order of time.
enum Event {
  /// After each inference: samples heard, and the smoothed posteriors of all labels, 0 to 1.
  case scores(end: UInt64, [Double])
  /// A keyword was accepted.
  case detection(Heard)
}

/// Sends a recording through a spotter, block by block.
struct Listener: ~Copyable {
  private let arena: Arena
  private var spotter: Spotter
  /// Hashes of what was computed.
  private(set) var transcript = Transcript()
  /// Samples of the recording that were heard.
  private(set) var length: UInt64 = 0
  private let keepsTranscript: Bool
  private let reportsScores: Bool
  private let block: UnsafeMutableBufferPointer<Int16>

  /// - Parameters:
  ///   - keepsTranscript: whether `transcript` is wanted.
  ///   - reportsScores: whether `Event.scores` are.
  init(_ model: Model, keepsTranscript: Bool, reportsScores: Bool) throws {
    arena = Arena(length: model.image.arenaLength)
    do {
      spotter = try Spotter(image: model.image, arena: arena.base, arenaLength: arena.length)
    } catch {
      throw Failure("\(model.path): \(error.plainWords)")
    }
    self.keepsTranscript = keepsTranscript
    self.reportsScores = reportsScores
    block = .allocate(capacity: 8192)
  }

  deinit { block.deallocate() }

  /// Hears all of `reader`, then, with `flushes`, one context of silence, so that a word at the very end is accepted too.
  ///
  /// Detections end within the recording.
  mutating func hear(_ reader: AudioReader, flushes: Bool, report: (Event) throws -> Void) throws {
    spotter.reset()
    let rate = UInt64(spotter.image.frontEnd.sampleRate)
    length = 0
    var failure: (any Error)?
    while true {
      let count: Int
      do {
        count = try reader.read(into: block)
      } catch {
        // What is there was heard; the words at its end count as well.
        failure = error
        break
      }
      if count == 0 { break }
      length += UInt64(count)
      try push(count, report)
      ProgressLine.show("\(reader.name): heard \(Clock.text(samples: length, rate: rate))")
    }
    if flushes && length > 0 { try flush(report) }
    if let failure { throw failure }
  }

  private mutating func flush(_ report: (Event) throws -> Void) throws {
    let shape = spotter.image.frontEnd
    var missing = shape.window + (Int(spotter.image.program.context) - 1) * shape.hop
    block.update(repeating: 0)
    while missing > 0 {
      let count = min(missing, block.count)
      try push(count, report)
      missing -= count
    }
  }

  private mutating func push(_ count: Int, _ report: (Event) throws -> Void) throws {
    let samples = UnsafeBufferPointer(rebasing: block[0..<count])
    var taken = 0
    while taken < count {
      let progress = spotter.push(samples, from: taken)
      taken += progress.consumed
      if keepsTranscript {
        if progress.frame { transcript.add(frame: spotter.frame) }
        if progress.inference { transcript.add(logits: spotter.logits) }
      }
      if reportsScores && progress.inference {
        let scores = (0..<spotter.image.labelCount).map { Double(spotter.score(of: $0)) / 32768 }
        try report(.scores(end: min(spotter.samplesHeard, length), scores))
      }
      guard let detection = progress.detection else { continue }
      let heard = Heard(
        label: detection.label, score: Double(detection.score) / 32768, rawScore: detection.score,
        start: min(detection.start, length), end: min(detection.end, length))
      try report(.detection(heard))
    }
  }
}

/// Times as people read them.
enum Clock {
  /// Such as "1:02:03".
  static func text(samples: UInt64, rate: UInt64) -> String {
    let seconds = samples / rate
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return parts.joined(separator: ":")
  }
}
