import DormouseLive
import Foundation

/// The model's card as the page shows it: names and values, and a row a layer.
public struct PageCard: Encodable, Sendable {
  /// One line of the card.
  public struct Figure: Encodable, Sendable {
    /// What it is.
    public var name: String
    /// With its unit.
    public var value: String

    /// Memberwise.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  struct Layer: Encodable, Sendable {
    let index: Int
    let operation: String
    let output: String
    let encoding: String
    let macs: String
    let flash: String
  }

  let name: String
  let figures: [Figure]
  let layers: [Layer]

  /// - Parameter more: figures that the image doesn't hold, such as its energy.
  init(_ model: LiveDescription, more: [Figure]) {
    name = "\(model.name) \(model.version)"
    let shape = model.frontEnd
    func milliseconds(_ samples: Int) -> String { "\(samples * 1000 / shape.sampleRate) ms" }
    let weighted = model.layers.filter { $0.weightBits > 0 }
    let hearing =
      shape.kind == "analog-binary"
      ? "\(shape.features) analog bits, every \(milliseconds(shape.hop))"
      : "\(shape.features) log-mel bands, every \(milliseconds(shape.hop))"
    figures =
      [
        Figure(name: "Layers", value: "\(model.layers.count), \(weighted.count) weighted"),
        Figure(name: "Bits a weight", value: PageCard.bits(weighted.map(\.weightBits))),
        Figure(name: "Flash", value: PageCard.count(model.totals.flash) + " bytes"),
        Figure(name: "Arena", value: PageCard.count(model.totals.arena) + " bytes"),
        Figure(name: "MACs an inference", value: PageCard.count(model.totals.macs)),
        Figure(name: "An inference", value: "every \(milliseconds(shape.stride * shape.hop))"),
        Figure(name: "It sees", value: milliseconds(shape.window + (shape.context - 1) * shape.hop) + " of sound"),
        Figure(name: "It hears", value: hearing),
      ] + more
    layers = model.layers.map { row in
      let shape = row.output
      return Layer(
        index: row.index, operation: row.operation,
        output: "\(shape)" + (row.outputType == "int8" ? "" : " \(row.outputType)"),
        encoding: row.weightBits == 0 ? "" : row.encoding, macs: row.macs == 0 ? "" : PageCard.count(row.macs),
        flash: PageCard.count(row.flash))
    }
  }

  /// Such as "8" or "1 and 8".
  private static func bits(_ bits: [Int]) -> String {
    let sorted = Set(bits).sorted().map(String.init)
    guard sorted.count > 1, let last = sorted.last else { return sorted.first ?? "none" }
    return sorted.dropLast().joined(separator: ", ") + " and " + last
  }

  /// Such as "283,696".
  static func count(_ number: Int) -> String {
    var groups: [String] = []
    var rest = number
    while rest >= 1000 {
      groups.insert(String(String(rest % 1000 + 1000).dropFirst()), at: 0)
      rest /= 1000
    }
    return ([String(rest)] + groups).joined(separator: ",")
  }
}
