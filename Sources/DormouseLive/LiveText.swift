import Foundation

/// Numbers as people read them, the same in every locale.
enum LiveText {
  /// Two decimals.
  static func fixed(_ value: Double) -> String { String(format: "%.2f", value) }
}
