import Foundation

/// The active parts of an analog filter bank: what `power/banks/NAME.json` holds.
public struct AnalogParts: Sendable, Equatable {
  /// Amplifier and comparator.
  public let name: String
  /// What to know about them.
  public let note: String
  /// Of both.
  public let supply: Supply
  /// Microamperes of one amplifier.
  public let amplifier: Figure
  /// Microamperes of one comparator.
  public let comparator: Figure

  /// Reads a profile; `place` is what errors call it.
  public init(json: Data, place: String) throws(PowerError) {
    self = try Fields(json: json, place: place).whole { fields throws(PowerError) in try AnalogParts(fields) }
  }

  private init(_ fields: Fields) throws(PowerError) {
    name = try fields.text("name")
    note = try fields.text("note")
    supply = try fields.object("supply") { fields throws(PowerError) in try Supply(fields) }
    amplifier = try fields.figure("amplifier_ua")
    comparator = try fields.figure("comparator_ua")
  }
}
