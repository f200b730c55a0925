/// Why an evaluation can't be done: one line that names the file or the option, and what to do.
public struct EvaluationError: Error, Equatable, CustomStringConvertible {
  /// The line.
  public let description: String

  /// An error of these words.
  public init(_ description: String) { self.description = description }
}
