import ArgumentParser
import DormouseAnalog
import DormouseModel
import Foundation

/// `dormouse analog design`
struct AnalogDesign: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "design",
    abstract: "Choose the parts of a board; print them and what they amount to.",
    discussion: """
      Settings are a JSON file: wanted values (kind "analog-binary", as in a model's front_end) or components (kind
      "analog-board", as --output writes them). Resistors are taken from E96, capacitors from E6.

      Example: dormouse analog design --channels 8 -o board.json
      """)

  @OptionGroup var options: BoardOptions

  @Option(name: [.short, .long], help: ArgumentHelp("Write the board's components to this file.", valueName: "json"))
  var output: String?

  @Flag(help: "Print one JSON object: parts, channels, frequency response.")
  var json = false

  @Argument(help: ArgumentHelp("Settings file; the standard bank of 64 channels without it.", valueName: "settings"))
  var settings: String?

  private struct Report: Encodable {
    struct Channel: Encodable {
      let centreHz: Double
      let q: Double
      let gain: Double
      let thresholdV: Double
      let filterOhm: Double
      let filterFarad: Double
      let qualityOhm: Double
      let inputOhm: Double
      let feedbackOhm: Double
      let dividerTopOhm: Double
      let dividerBottomOhm: Double
      let responseDb: [Double]
    }
    let supplyV: Double
    let hysteresisV: Double
    let attackMs: Double
    let decayMs: Double
    let windowMs: Int
    let frequenciesHz: [Double]
    let channels: [Channel]
    let parts: [BillOfMaterials.Line]
  }

  func run() throws {
    let board = try options.board(settings)
    if let output {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try AtomicFile.write([UInt8](try encoder.encode(board)) + [10], to: output)
    }
    if json {
      try Console.say(json: report(board))
    } else {
      for line in lines(board) { Console.say(line) }
    }
  }

  private func report(_ board: AnalogBoard) -> Report {
    let settings = board.settings
    let response = FrequencyResponse(from: 20, to: 20_000, count: 241)
    let channels = zip(board.channels, settings.bank).map { parts, real in
      Report.Channel(
        centreHz: real.centre, q: real.quality, gain: real.gain, thresholdV: real.threshold,
        filterOhm: parts.filterResistor, filterFarad: parts.filterCapacitor, qualityOhm: parts.qualityResistor,
        inputOhm: parts.inputResistor, feedbackOhm: parts.feedbackResistor, dividerTopOhm: parts.dividerTop,
        dividerBottomOhm: parts.dividerBottom, responseDb: response.decibels(parts).map { ($0 * 1000).rounded() / 1000 }
      )
    }
    return Report(
      supplyV: board.supply, hysteresisV: board.hysteresis, attackMs: settings.attackMilliseconds,
      decayMs: settings.decayMilliseconds, windowMs: board.windowMilliseconds, frequenciesHz: response.frequencies,
      channels: channels, parts: BillOfMaterials(board).lines)
  }

  private func lines(_ board: AnalogBoard) -> [String] {
    let settings = board.settings
    let title = ["#", "centre", "Q", "gain", "threshold", "C", "R", "RQ", "R4", "R5", "R7", "R8"]
    let rows = zip(board.channels, settings.bank).enumerated().map { index, pair in
      let (parts, real) = pair
      return [
        "\(index)", String(format: "%.1f Hz", real.centre), String(format: "%.2f", real.quality),
        String(format: "%.1f", real.gain), String(format: "%.4f V", real.threshold),
        BillOfMaterials.text(parts.filterCapacitor),
      ]
        + [
          parts.filterResistor, parts.qualityResistor, parts.inputResistor, parts.feedbackResistor, parts.dividerTop,
          parts.dividerBottom,
        ].map(BillOfMaterials.text)
    }
    let bill = BillOfMaterials(board).lines.map { ["\($0.count)", $0.part, $0.value] }
    let common = [
      "",
      "supply \(board.supply) V; envelope: \(BillOfMaterials.text(board.envelopeCapacitor))F, attack "
        + "\(BillOfMaterials.text(board.attackResistor)) (\(number(settings.attackMilliseconds)) ms), decay "
        + "\(BillOfMaterials.text(board.decayResistor)) (\(number(settings.decayMilliseconds)) ms); "
        + "hysteresis \(board.hysteresis) V; windows of \(board.windowMilliseconds) ms", "",
    ]
    return TextTable.lines([title] + rows, rightAligned: Set(0..<title.count)) + common
      + TextTable.lines([["count", "part", "value"]] + bill, rightAligned: [0])
  }

  private func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
