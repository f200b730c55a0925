import Dormouse
import Foundation

/// Prints the detections in one recording.
struct DetectionReport {
  /// How.
  enum Style {
    /// Columns for people.
    case table
    /// An object a line.
    case json
    /// What firmware prints: positions in samples, then hashes.
    case samples
  }

  let style: Style
  let name: String
  /// Several recordings are heard, so each line says which.
  let namesFile: Bool
  let labels: [String]
  let sampleRate: Int

  private struct Line: Encodable {
    let file: String
    let label: String
    let score: Double
    let time: Double
    let start: Double
    let end: Double
  }

  private struct ScoreLine: Encodable {
    let file: String
    let time: Double
    let scores: [String: Double]
  }

  /// Prints an event at once.
  func say(_ event: Event) throws {
    switch event {
    case .detection(let heard): try say(heard)
    case .scores(let end, let scores): try say(scores, at: end)
    }
  }

  private func say(_ scores: [Double], at end: UInt64) throws {
    if style == .json {
      let named = Dictionary(zip(labels, scores.map(rounded))) { first, _ in first }
      try Console.say(json: ScoreLine(file: name, time: rounded(seconds(end)), scores: named), now: true)
    } else {
      let columns = zip(labels, scores).map { String(format: "%@ %.2f", $0, $1) }.joined(separator: "  ")
      Console.say(prefix + String(format: "%9.2f s  ", seconds(end)) + columns, now: true)
    }
  }

  private func say(_ heard: Heard) throws {
    let label = labels[heard.label]
    switch style {
    case .table:
      let columns = DetectionLine.text(
        label: label, score: heard.score, start: seconds(heard.start), end: seconds(heard.end))
      Console.say(prefix + columns, now: true)
    case .json:
      try Console.say(
        json: Line(
          file: name, label: label, score: rounded(heard.score), time: rounded(seconds(heard.end)),
          start: rounded(seconds(heard.start)), end: rounded(seconds(heard.end))), now: true)
    case .samples:
      Console.say("detection \(label) \(heard.rawScore) \(heard.start) \(heard.end)", now: true)
    }
  }

  /// Prints the hashes, if they are wanted.
  func close(_ transcript: Transcript) throws {
    guard style == .samples else { return }
    Console.say("frames \(transcript.frames) hash \(String(format: "%08x", transcript.frameHash))")
    Console.say("inferences \(transcript.inferences) hash \(String(format: "%08x", transcript.logitHash))")
  }

  private var prefix: String { namesFile ? "\(name)  " : "" }

  private func seconds(_ samples: UInt64) -> Double { Double(samples) / Double(sampleRate) }

  /// Four decimals, so that JSON doesn't show binary fractions.
  private func rounded(_ value: Double) -> Double { (value * 10000).rounded() / 10000 }
}

/// A detection as people read it.
enum DetectionLine {
  /// Times in seconds.
  static func text(label: String, score: Double, start: Double, end: Double) -> String {
    String(
      format: "%9.2f s  %@ %5.2f   (%.2f to %.2f s)", end,
      label.padding(toLength: max(12, label.count), withPad: " ", startingAt: 0), score, start, end)
  }
}
