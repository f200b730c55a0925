import DormouseLive
import Foundation

/// Prints what a session hears, line by line, for people without a terminal and for programs.
final class ListenLog: LiveViewer, @unchecked Sendable {
  private let json: Bool

  init(json: Bool) { self.json = json }

  let wantsPicture = false

  func show(_ update: LiveUpdate) {
    for notice in update.notices { Console.complain("dormouse: \(notice)") }
    for word in update.detections {
      if json {
        try? Console.say(json: word, now: true)
      } else {
        Console.say(
          String(
            format: "%9.2f s  %@ %5.2f   (%.2f to %.2f s)", word.end,
            word.label.padding(toLength: max(12, word.label.count), withPad: " ", startingAt: 0), word.score,
            word.start, word.end), now: true)
      }
    }
  }
}
