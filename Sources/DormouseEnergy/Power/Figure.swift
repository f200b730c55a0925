/// A number of a data sheet: smallest, typical and greatest value, and where it is from.
public struct Figure: Sendable, Codable, Equatable {
  /// How far a figure can be trusted.
  public enum Basis: String, Sendable, Codable, CaseIterable {
    /// Read in the document itself, or in a copy of its text.
    case document
    /// Read in a page that quotes the document.
    case quoted
    /// Attributed to the document, which was not at hand to compare with.
    case unchecked
    /// Not found; the source says what it was estimated from.
    case estimate
  }

  /// At most `typical`.
  public let minimum: Double
  /// What is reckoned with.
  public let typical: Double
  /// At least `typical`.
  public let maximum: Double
  /// How far it can be trusted.
  public let basis: Basis
  /// Document, revision and table, or what it was estimated from.
  public let source: String

  /// A figure; a bound that is left out is the typical value.
  public init(
    minimum: Double? = nil, typical: Double, maximum: Double? = nil, basis: Basis = .estimate, source: String = ""
  ) {
    self.minimum = minimum ?? typical
    self.typical = typical
    self.maximum = maximum ?? typical
    self.basis = basis
    self.source = source
  }

  /// The value at a place of the range: 0 the smallest, 0.5 the typical, 1 the greatest, straight lines between.
  public func value(at place: Double) -> Double {
    place < 0.5
      ? minimum + (typical - minimum) * place * 2
      : typical + (maximum - typical) * (place - 0.5) * 2
  }
}

/// Picks a value out of every figure's range: the typical one, or one at random.
public protocol FigurePicker {
  /// The value to reckon with.
  mutating func pick(_ figure: Figure) -> Double
}

/// Picks typical values.
public struct Typical: FigurePicker {
  /// The only one there is.
  public init() {}

  /// The typical value.
  public func pick(_ figure: Figure) -> Double { figure.typical }
}

/// Picks one end of every range: the smallest figures, or the greatest.
public struct Extreme: FigurePicker {
  private let greatest: Bool

  /// - Parameter greatest: the greatest instead of the smallest.
  public init(greatest: Bool) { self.greatest = greatest }

  /// The end of the range.
  public func pick(_ figure: Figure) -> Double { greatest ? figure.maximum : figure.minimum }
}
