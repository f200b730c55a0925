/// An accepted keyword.
public struct Detection: Equatable, Sendable {
  /// Index of the label in the image.
  public let label: Int
  /// Smoothed posterior at the moment of acceptance, Q15 (0 ... 32768).
  public let score: Int
  /// First sample of the context in which the label first reached its threshold, counted from the last reset.
  public let start: UInt64
  /// One past the last sample that was heard.
  public let end: UInt64
}
