import DormouseLive
import Foundation

/// What a terminal shows of a session: level, a bar a word, the last detections, overruns and processor share.
struct TerminalPicture {
  /// Which characters and colours the terminal knows.
  struct Style {
    /// Block characters; else # and |.
    var unicode: Bool
    /// Bold and colours.
    var colour: Bool

    /// What the environment says: the locale, and `NO_COLOR` (no-color.org).
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
      let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
      let terminal = environment["TERM"] ?? ""
      unicode = locale.uppercased().contains("UTF")
      colour = environment["NO_COLOR", default: ""].isEmpty && terminal != "dumb" && !terminal.isEmpty
    }
  }

  /// Detections that stay in sight.
  static let lastDetections = 5
  /// dB below full scale at which the level's bar begins.
  static let quietest = -70.0

  private let title: String
  private let source: String
  private let keywords: [LiveDescription.Keyword]
  private let sampleRate: Int
  private let style: Style
  private var update: LiveUpdate?
  private var heard: [LiveDetection] = []
  private var notice: String?
  private var count = 0
  /// The level falls slowly, so that the eye can follow it.
  private var level = quietest

  init(_ description: LiveDescription, style: Style) {
    title = "\(description.name) \(description.version)"
    source = description.source
    keywords = description.keywords
    sampleRate = description.frontEnd.sampleRate
    self.style = style
  }

  mutating func take(_ update: LiveUpdate) {
    self.update = update
    level = max(update.level.rms, level - 1.5, Self.quietest)
    count += update.detections.count
    heard = (heard + update.detections).suffix(Self.lastDetections)
    notice = update.notices.last ?? notice
  }

  /// The picture: as many lines each time, none wider than `width`.
  func lines(width: Int) -> [String] {
    guard let update else { return [] }
    let seconds = Double(update.samplesHeard) / Double(sampleRate)
    let name = min(max(8, keywords.map(\.label.count).max() ?? 0), 16)
    let bar = min(max(width - name - 22, 10), 50)
    var lines = [cut("\(title)   \(source)   \(Self.clock(seconds))", width)]
    let loudness = row("level", name, share: (level - Self.quietest) / -Self.quietest, mark: nil, bar)
    lines.append(cut(loudness + String(format: "%5.0f dB", level), width))
    for (index, keyword) in keywords.enumerated() where keyword.threshold != nil {
      let (score, threshold) = (update.scores[index], update.thresholds[index])
      let numbers = String(format: "%5.2f of %.2f", score, threshold)
      let text = cut(row(keyword.label, name, share: score, mark: threshold, bar) + numbers, width)
      lines.append(score >= threshold ? bold(text) : text)
    }
    lines.append("")
    for place in 0..<Self.lastDetections {
      let index = heard.count - 1 - place
      guard heard.indices.contains(index) else {
        lines.append(place == 0 ? "nothing heard yet" : "")
        continue
      }
      let word = heard[index]
      let text = cut(String(format: "%@  %@  %.2f", Self.clock(word.end), word.label, word.score), width)
      lines.append(place == 0 ? bold(text) : text)
    }
    lines.append("")
    var state = [
      count == 1 ? "1 detection" : "\(count) detections",
      update.overruns == 1 ? "1 overrun" : "\(update.overruns) overruns",
      String(format: "%.1f %% of a core", 100 * update.cpuShare),
    ]
    if let last = heard.last { state.append(String(format: "latency %.0f ms", 1000 * last.latency)) }
    lines.append(cut(state.joined(separator: ", "), width))
    lines.append(cut(update.problem.map { "waiting: \($0)" } ?? notice ?? "", width))
    return lines
  }

  private func row(_ label: String, _ name: Int, share: Double, mark: Double?, _ width: Int) -> String {
    let filled = Int((min(max(share, 0), 1) * Double(width)).rounded())
    let place = mark.map { min(Int($0 * Double(width)), width - 1) }
    let cells = (0..<width).map { cell -> String in
      if cell == place { return style.unicode ? "┃" : "|" }
      if cell < filled { return style.unicode ? "█" : "#" }
      return style.unicode ? "·" : "."
    }
    return cut(label, name).padding(toLength: name + 1, withPad: " ", startingAt: 0) + cells.joined()
  }

  private func bold(_ text: String) -> String { style.colour ? "\u{1B}[1;32m\(text)\u{1B}[0m" : text }

  private func cut(_ text: String, _ width: Int) -> String { String(text.prefix(max(width, 1))) }

  /// Such as "0:01:02.3".
  static func clock(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded(.down))
    return String(format: "%d:%02d:%02d.%d", tenths / 36000, tenths / 600 % 60, tenths / 10 % 60, tenths % 10)
  }
}
