import Dormouse
import DormouseModel
import Foundation

/// What `dormouse inspect` prints: the layer table, front end and detector of an image.
struct ImageReport: Encodable {
  /// Times in samples.
  struct FrontEnd: Encodable {
    let sampleRate: Int
    let window: Int
    let hop: Int
    /// "log-mel", "analog-binary", "micro" or "mfcc".
    let kind: String
    /// Bands, or channels of bits.
    let bands: Int
    /// Absent from analog-binary, as are the frequencies.
    let fftLength: Int?
    let lowFrequency: Int?
    let highFrequency: Int?
    /// Frames.
    let context: Int
    /// Hops.
    let stride: Int
  }

  /// When a label counts as heard.
  struct Keyword: Encodable {
    let label: String
    /// 0 to 1; absent where the label is never reported.
    let threshold: Double?
    let minimumRun: Int
  }

  let name: String
  let version: String
  let labels: [String]
  let layers: [LayerTable.Row]
  let totals: LayerTable.Totals
  /// The second network of a cascade, and when it runs.
  struct Verifier: Encodable {
    /// Logit steps below which keywords are verified.
    let keywordMargin: Int
    /// Logit steps below which other answers are verified.
    let otherMargin: Int
    let name: String
    let layers: [LayerTable.Row]
    let totals: LayerTable.Totals
  }

  /// Absent from a single network.
  let verifier: Verifier?
  /// Absent from a bare network, as is `keywords`.
  let frontEnd: FrontEnd?
  let keywords: [Keyword]?

  init(_ image: ModelImage) {
    let table = LayerTable(image)
    name = table.name
    version = table.version
    labels = table.labels
    layers = table.rows
    totals = table.totals
    verifier =
      image.hasVerifier
      ? {
        let table = LayerTable(image.verifier)
        return Verifier(
          keywordMargin: Int(image.cascade.keywordMargin), otherMargin: Int(image.cascade.otherMargin),
          name: table.name, layers: table.rows, totals: table.totals)
      }() : nil
    guard image.hasFrontEnd else {
      frontEnd = nil
      keywords = nil
      return
    }
    let shape = image.frontEnd
    let record = shape.kind == AnalogBinaryRecord.analogBinary ? nil : image.logMel
    let kinds = [
      LogMelRecord.micro: "micro", LogMelRecord.mfcc: "mfcc", LogMelRecord.logMel: "log-mel",
      LogMelRecord.emphasized: "log-mel",
    ]
    let kind = kinds[shape.kind] ?? "analog-binary"
    frontEnd = FrontEnd(
      sampleRate: shape.sampleRate, window: shape.window, hop: shape.hop,
      kind: kind, bands: shape.features,
      fftLength: record.map { Int($0.fftLength) }, lowFrequency: record.map { Int($0.lowFrequency) },
      highFrequency: record.map { Int($0.highFrequency) }, context: Int(image.program.context),
      stride: Int(image.program.stride))
    keywords = table.labels.enumerated().map { index, label in
      let keyword = image.keywords[index]
      let threshold = keyword.threshold > 32768 ? nil : (Double(keyword.threshold) / 3.2768).rounded() / 10000
      return Keyword(label: label, threshold: threshold, minimumRun: Int(keyword.minimumRun))
    }
  }

  private func bandsText(_ frontEnd: FrontEnd) -> String {
    guard let low = frontEnd.lowFrequency, let high = frontEnd.highFrequency else {
      return "bits of \(frontEnd.bands) analog channels"
    }
    return "\(frontEnd.bands) bands from \(low) to \(high) Hz"
  }

  /// For people.
  var lines: [String] {
    var lines = ["\(name) \(version)", "labels: " + labels.joined(separator: ", ")]
    if let frontEnd {
      lines.append(
        "front end: \(frontEnd.sampleRate) Hz, window \(frontEnd.window), hop \(frontEnd.hop), "
          + bandsText(frontEnd) + ", "
          + "context \(frontEnd.context) frames, stride \(frontEnd.stride)")
    }
    if let keywords {
      let heard = keywords.compactMap { keyword in keyword.threshold.map { "\(keyword.label) \($0)" } }
      lines.append("thresholds: " + heard.joined(separator: ", "))
    }
    lines += networkLines(layers, totals)
    if let verifier {
      lines += [
        "",
        "verifier \(verifier.name): for keywords below a margin of \(verifier.keywordMargin) steps, for others of "
          + "\(verifier.otherMargin)",
      ]
      lines += networkLines(verifier.layers, verifier.totals)
    }
    return lines
  }

  private func networkLines(_ layers: [LayerTable.Row], _ totals: LayerTable.Totals) -> [String] {
    let titles = ["#", "operation", "output", "encoding", "window", "MACs", "flash", "arena", "lives"]
    let rows = layers.map { row -> [String] in
      let output = row.outputType == "int8" ? "\(row.output)" : "\(row.output) \(row.outputType)"
      return [
        "\(row.index)", row.operation, output, row.encoding, row.window, "\(row.macs)", "\(row.flash)",
        "\(row.arenaOffset)+\(row.outputLength)", "\(row.firstLayer)-\(row.lastLayer)",
      ]
    }
    return [""] + TextTable.lines([titles] + rows, rightAligned: [0, 5, 6]) + [
      "", "parameters \(totals.parameters)", "MACs \(totals.macs)", "arithmetic cost \(totals.arithmeticCost)",
      "flash \(totals.flash) bytes", "arena \(totals.arena) bytes",
      "activations \(totals.activations) bytes (at least \(totals.activationsLowerBound) are needed)",
    ]
  }
}

/// Columns for people.
enum TextTable {
  /// Rows of cells, padded so that columns stand below one another.
  static func lines(_ rows: [[String]], rightAligned: Set<Int>) -> [String] {
    let widths = rows.reduce(into: [Int]()) { widths, row in
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? padding + cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
