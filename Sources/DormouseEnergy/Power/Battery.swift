import Foundation

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
