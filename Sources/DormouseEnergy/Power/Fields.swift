import Foundation

/// The fields of a JSON object, read strictly: one that nobody asks for is an error that names it and those that are known.
public final class Fields {
  private let place: String
  private let object: [String: Any]
  private var asked: [String] = []

  /// Reads a whole file's bytes.
  ///
  /// - Parameters:
  ///   - json: the bytes.
  ///   - place: what an error calls the object, such as the file's path.
  public convenience init(json: Data, place: String) throws(PowerError) {
    guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw PowerError("\(place): is not a JSON object")
    }
    self.init(object, place)
  }

  private init(_ object: [String: Any], _ place: String) {
    self.object = object
    self.place = place
  }

  /// Reads one object whole: `read`, then a check that nothing is left over.
  public func whole<Value>(_ read: (Fields) throws(PowerError) -> Value) throws(PowerError) -> Value {
    let value = try read(self)
    if let stranger = object.keys.sorted().first(where: { !asked.contains($0) }) {
      throw PowerError("\(place): unknown field '\(stranger)'; known are \(asked.joined(separator: ", "))")
    }
    return value
  }

  /// An error about a field of this object.
  public func problem(_ key: String, _ what: String) -> PowerError { PowerError("\(place): \(key) \(what)") }

  /// Whether the field is there.
  public func has(_ key: String) -> Bool {
    if !asked.contains(key) { asked.append(key) }
    return object[key] != nil
  }

  private func value<Value>(_ key: String, _ type: Value.Type, _ what: String) throws(PowerError) -> Value {
    guard has(key) else { throw PowerError("\(place): lacks '\(key)', \(what)") }
    guard let value = object[key] as? Value else { throw problem(key, "must be \(what)") }
    return value
  }

  /// A text that is not empty.
  public func text(_ key: String) throws(PowerError) -> String {
    let text = try value(key, String.self, "a text")
    if text.isEmpty { throw problem(key, "is empty") }
    return text
  }

  /// A number within `range`.
  public func number(_ key: String, _ range: ClosedRange<Double>) throws(PowerError) -> Double {
    let number = try value(key, NSNumber.self, "a number")
    let double = number.doubleValue
    guard range.contains(double) else {
      throw problem(
        key,
        "is \(Fields.text(double)); it must be \(Fields.text(range.lowerBound)) to \(Fields.text(range.upperBound))")
    }
    return double
  }

  /// Numbers, each within `range`; at least one.
  public func numbers(_ key: String, _ range: ClosedRange<Double>) throws(PowerError) -> [Double] {
    let numbers = try value(key, [NSNumber].self, "a list of numbers").map(\.doubleValue)
    guard !numbers.isEmpty, numbers.allSatisfy(range.contains) else {
      throw problem(
        key, "must be a list of numbers from \(Fields.text(range.lowerBound)) to \(Fields.text(range.upperBound))")
    }
    return numbers
  }

  /// True or false; false where it is left out.
  public func flag(_ key: String) throws(PowerError) -> Bool {
    try has(key) ? value(key, Bool.self, "true or false") : false
  }

  /// One of the cases of an enumeration.
  public func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type) throws(PowerError)
    -> Choice where Choice.RawValue == String
  {
    let text = try text(key)
    guard let choice = Choice(rawValue: text) else {
      throw problem(key, "is '\(text)'; it must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  /// An object within this one.
  public func object<Value>(_ key: String, _ read: (Fields) throws(PowerError) -> Value) throws(PowerError) -> Value {
    try Fields(value(key, [String: Any].self, "an object"), "\(place): \(key)").whole(read)
  }

  /// A list of objects; at least one.
  public func objects<Value>(_ key: String, _ read: (Fields) throws(PowerError) -> Value) throws(PowerError) -> [Value]
  {
    let list = try value(key, [[String: Any]].self, "a list of objects")
    if list.isEmpty { throw problem(key, "is empty") }
    var values: [Value] = []
    for (index, item) in list.enumerated() {
      values.append(try Fields(item, "\(place): \(key) \(index + 1)").whole(read))
    }
    return values
  }

  /// A figure of a data sheet, 0 or more.
  public func figure(_ key: String) throws(PowerError) -> Figure {
    try object(key) { fields throws(PowerError) in
      let range = 0...1e9
      let typical = try fields.number("typ", range)
      let minimum = try fields.has("min") ? fields.number("min", range) : typical
      let maximum = try fields.has("max") ? fields.number("max", range) : typical
      guard minimum <= typical, typical <= maximum else { throw fields.problem("typ", "must lie from min to max") }
      return Figure(
        minimum: minimum, typical: typical, maximum: maximum, basis: try fields.choice("basis", Figure.Basis.self),
        source: try fields.text("source"))
    }
  }

  private static func text(_ number: Double) -> String { String(format: "%g", number) }
}
