/// What is wrong with a profile or a scenario, or why it can't be simulated: one line that says what to change.
public struct PowerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The line.
  public let description: String

  /// - Parameter description: what, where, what to do.
  public init(_ description: String) { self.description = description }
}
