/// Why sound could not be read: one line that names the file and says what is wrong with it.
public struct AudioError: Error, Equatable, CustomStringConvertible {
  /// The file's path as the user gave it, or "standard input".
  public var name: String
  /// What is wrong, in plain words.
  public var reason: String

  /// Memberwise.
  public init(_ name: String, _ reason: String) {
    self.name = name
    self.reason = reason
  }

  /// `name: reason`.
  public var description: String { "\(name): \(reason)" }
}
