/// Why a firmware can't be counted: what, where, what to do, in one line.
public struct CountingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The line.
  public let description: String

  init(_ description: String) { self.description = description }
}
