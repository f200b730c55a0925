import DormouseLive
import Foundation

/// What is told when a session ends.
enum ListenSummary {
  private struct Line: Encodable {
    let summary: LiveSummary
  }

  /// On standard error, so that standard output has detections alone; or as a last line of JSON.
  static func say(_ summary: LiveSummary, json: Bool) throws {
    if json {
      try Console.say(json: Line(summary: summary), now: true)
    } else {
      Console.complain(text(summary))
    }
  }

  static func text(_ summary: LiveSummary) -> String {
    var parts = [
      String(format: "heard %.1f s", summary.secondsHeard),
      summary.detections == 1 ? "1 detection" : "\(summary.detections) detections",
      summary.overruns == 1 ? "1 overrun" : "\(summary.overruns) overruns",
      String(format: "%.0f times real time", summary.realtimeFactor),
      String(format: "%.2f %% of a core", 100 * summary.cpuShare),
    ]
    if let latency = summary.latency, let longest = summary.longestLatency {
      parts.append(
        String(format: "latency %.0f ms after the model's context, at most %.0f", 1000 * latency, 1000 * longest))
    }
    return parts.joined(separator: ", ")
  }
}
