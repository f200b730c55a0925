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

/// A battery: what `power/batteries/NAME.json` holds.
public struct Battery: Sendable, Equatable {
  /// For people.
  public let name: String
  /// What to know about it.
  public let note: String
  /// Mean voltage over its life.
  public let volts: Double
  /// Milliampere hours.
  public let capacity: Figure
  /// Per cent of what it holds that it loses by itself in a year.
  public let selfDischarge: Figure
  /// Milliamperes that it gives at most, for moments.
  public let greatestCurrent: Figure

  /// Reads a profile; `place` is what errors call it.
  public init(json: Data, place: String) throws(PowerError) {
    self = try Fields(json: json, place: place).whole { fields throws(PowerError) in try Battery(fields) }
  }

  private init(_ fields: Fields) throws(PowerError) {
    name = try fields.text("name")
    note = try fields.text("note")
    volts = try fields.number("volts", 0.5...60)
    capacity = try fields.figure("capacity_mah")
    selfDischarge = try fields.figure("self_discharge_percent")
    greatestCurrent = try fields.figure("greatest_ma")
    guard selfDischarge.maximum < 100 else { throw fields.problem("self_discharge_percent", "must be below 100") }
  }

  /// Days until it is empty at a steady drain, self-discharge counted.
  ///
  /// Charge follows `Q' = -I - k Q` with `k = -ln(1 - s)` a year, so that it lasts `ln(1 + k Q / I) / k`.
  ///
  /// - Parameters:
  ///   - milliamperes: mean current drawn.
  ///   - picker: which capacity and self-discharge.
  public func days<Picker: FigurePicker>(at milliamperes: Double, _ picker: inout Picker) -> Double {
    let charge = picker.pick(capacity)
    let loss = -log(1 - picker.pick(selfDischarge) / 100) / (24 * 365.25)
    guard loss > 1e-12 else { return charge / milliamperes / 24 }
    return log(1 + loss * charge / milliamperes) / loss / 24
  }
}
