import Foundation

/// A microphone: what `power/microphones/NAME.json` holds.
public struct Microphone: Sendable, Equatable {
  /// What it is wired to.
  public enum Kind: String, Sendable, CaseIterable {
    /// Bits at the PDM interface.
    case pdm
    /// A voltage, for a converter or for analog filters.
    case analog
  }

  /// Maker and part.
  public let name: String
  /// What to know about it.
  public let note: String
  /// What it is wired to.
  public let kind: Kind
  /// Of the microphone.
  public let supply: Supply
  /// Microamperes while it listens.
  public let current: Figure
  /// Microamperes while it waits for sound by itself; nil if it can't.
  public let wakeCurrent: Figure?

  /// Reads a profile; `place` is what errors call it.
  public init(json: Data, place: String) throws(PowerError) {
    self = try Fields(json: json, place: place).whole { fields throws(PowerError) in try Microphone(fields) }
  }

  private init(_ fields: Fields) throws(PowerError) {
    name = try fields.text("name")
    note = try fields.text("note")
    kind = try fields.choice("interface", Kind.self)
    supply = try fields.object("supply") { fields throws(PowerError) in try Supply(fields) }
    current = try fields.figure("current_ua")
    wakeCurrent = try fields.has("wake_current_ua") ? fields.figure("wake_current_ua") : nil
  }
}
