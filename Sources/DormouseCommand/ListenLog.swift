import DormouseLive
import Foundation

/// Prints what a session hears, line by line, for people without a terminal and for programs.
final class ListenLog: LiveViewer, @unchecked Sendable {
  private struct Line: Encodable {
    let label: String
    let score: Double
    let time: Double
    let start: Double
    let end: Double
    let capturedAt: Double
    let latency: Double
  }

  private struct Notice: Encodable {
    let notice: String
  }

  private let json: Bool
  private weak var session: LiveSession?

  init(json: Bool, _ session: LiveSession) {
    self.json = json
    self.session = session
  }

  let wantsPicture = false

  func show(_ update: LiveUpdate) {
    for notice in update.notices {
      if json { try? Console.say(json: Notice(notice: notice), now: true) } else { Console.complain(notice) }
    }
    for word in update.detections { say(word) }
    // Nobody reads it any more.
    if Console.hasFailed { session?.stop() }
  }

  private func say(_ word: LiveDetection) {
    guard json else {
      Console.say(DetectionLine.text(label: word.label, score: word.score, start: word.start, end: word.end), now: true)
      return
    }
    func rounded(_ value: Double) -> Double { (value * 10000).rounded() / 10000 }
    try? Console.say(
      json: Line(
        label: word.label, score: rounded(word.score), time: rounded(word.end), start: rounded(word.start),
        end: rounded(word.end), capturedAt: rounded(word.capturedAt), latency: rounded(word.latency)), now: true)
  }
}
