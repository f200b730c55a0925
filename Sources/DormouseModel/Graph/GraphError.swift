/// Why a graph can't become an image: where, what is wrong, and what to change.
public struct GraphError: Error, Equatable, CustomStringConvertible {
  /// Name of the node or tensor at fault, or "model".
  public var place: String
  /// What is wrong and what to do, in plain words.
  public var message: String

  /// Memberwise.
  public init(_ place: String, _ message: String) {
    self.place = place
    self.message = message
  }

  /// One line.
  public var description: String { "\(place): \(message)" }
}
