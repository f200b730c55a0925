import Foundation

/// What has to be bought for a board.
public struct BillOfMaterials: Equatable, Sendable {
  /// Parts of one kind and value.
  public struct Line: Codable, Equatable, Sendable {
    /// "resistor", "capacitor", "op-amp" or "comparator".
    public let part: String
    /// Such as "47.5k" or "22n"; empty where there is no value.
    public let value: String
    /// How many.
    public let count: Int
  }

  /// Resistors, then capacitors, from small to large, then amplifiers and comparators.
  public let lines: [Line]

  /// All parts of `board`: a filter is an impedance converter of four resistors R, RQ, two capacitors and two amplifiers;
  /// a rectifier takes one more amplifier.
  public init(_ board: AnalogBoard) {
    var resistors: [Double: Int] = [:]
    var capacitors: [Double: Int] = [:]
    for channel in board.channels {
      resistors[channel.filterResistor, default: 0] += 4
      for value in [
        channel.qualityResistor, channel.inputResistor, channel.feedbackResistor, channel.dividerTop,
        channel.dividerBottom, board.attackResistor, board.decayResistor,
      ] {
        resistors[value, default: 0] += 1
      }
      capacitors[channel.filterCapacitor, default: 0] += 2
      capacitors[board.envelopeCapacitor, default: 0] += 1
    }
    func list(_ part: String, _ counts: [Double: Int]) -> [Line] {
      counts.sorted { $0.key < $1.key }.map { Line(part: part, value: BillOfMaterials.text($0.key), count: $0.value) }
    }
    lines =
      list("resistor", resistors) + list("capacitor", capacitors) + [
        Line(part: "op-amp", value: "", count: 3 * board.channels.count),
        Line(part: "comparator", value: "", count: board.channels.count),
      ]
  }

  /// A value with the prefix of its thousand, such as "47.5k", to four digits.
  public static func text(_ value: Double) -> String {
    let prefixes: [(Double, String)] = [(1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n")]
    // 999.95 n rounds to 1 u.
    let (unit, prefix) = prefixes.first { value >= $0.0 * 0.99995 } ?? (1e-12, "p")
    return String(format: "%.4g", value / unit) + prefix
  }
}
