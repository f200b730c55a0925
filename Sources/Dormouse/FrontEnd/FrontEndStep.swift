/// What one call of a front end's `push` did.
public struct FrontEndStep: Equatable, Sendable {
  /// Samples taken.
  public var consumed: Int
  /// Whether a frame was written.
  public var frameReady: Bool
}
