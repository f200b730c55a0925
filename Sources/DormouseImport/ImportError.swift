/// Why a file could not be converted: where, what is wrong, and what to change.
public struct ImportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The place: a node, a tensor, a metadata key, or the file.
  public var place: String
  /// What is wrong there.
  public var problem: String
  /// What the user can change; empty where the problem says it all.
  public var remedy: String

  /// Memberwise.
  public init(_ place: String, _ problem: String, remedy: String = "") {
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  /// One line: `place: problem; remedy`.
  public var description: String { remedy.isEmpty ? "\(place): \(problem)" : "\(place): \(problem); \(remedy)" }
}

extension String {
  /// The text in quotes and on one line, shortened: names in a file are the file's author's choice.
  var quoted: String {
    let visible = unicodeScalars.prefix(80).map { scalar in
      scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
        ? "?" : String(scalar)
    }
    return "'" + visible.joined() + (unicodeScalars.count > 80 ? "..." : "") + "'"
  }
}
