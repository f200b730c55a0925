/// A sound file, or a stretch of one, and what is said in it.
public struct Recording: Equatable, Sendable {
  /// The file, as the user can open it.
  public var path: String
  /// Short name, the same wherever the data lies; what random choices depend on.
  public var name: String
  /// Class of the data, such as `yes` or `_background_noise_`; nil where no keyword is spoken at all.
  public var label: String?
  /// Seconds into the file.
  public var start: Double
  /// Seconds into the file; nil is its end.
  public var end: Double?
  /// Who speaks: what is resampled together when confidence is estimated.
  public var speaker: String

  /// Memberwise; without a `speaker`, `Recording.speaker(of:)` the path.
  public init(
    path: String, name: String, label: String?, start: Double = 0, end: Double? = nil, speaker: String? = nil
  ) {
    self.path = path
    self.name = name
    self.label = label
    self.start = start
    self.end = end
    self.speaker = speaker ?? Recording.speaker(of: path)
  }

  /// The part of the file name before `_nohash_`, as Speech Commands names its clips; elsewhere, the file itself.
  public static func speaker(of path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    guard let mark = file.firstRange(of: "_nohash_"), mark.lowerBound > file.startIndex else { return path }
    return String(file[..<mark.lowerBound])
  }
}

/// A recording that was left out, and why.
public struct SkippedRecording: Equatable, Sendable, Codable {
  /// The file or folder.
  public var path: String
  /// In plain words.
  public var reason: String
}
