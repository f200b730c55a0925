/// What the classes of the data are called by a model.
///
/// A class that is one of the model's labels is that label. `_silence_` and `_background_noise_`, as Speech Commands
/// names them, are `silence`; `_unknown_`, and every class that the model doesn't know, is `unknown`.
public struct ClassMap: Equatable, Sendable {
  /// The model's labels.
  public let labels: [String]
  /// Labels that are listened for; all others are the background.
  public let keywords: [Int]
  /// Label that an answer counts as: itself, or `unknown` if the task doesn't ask for it.
  let answers: [Int]
  private let unknown: Int?

  /// - Parameters:
  ///   - labels: the model's.
  ///   - keywords: which of them its detector reports.
  ///   - task: keywords that count; the others become `unknown`. nil takes all.
  /// - Throws: that the model lacks a keyword of the task, or has none at all.
  public init(labels: [String], keywords: [Int], task: EvaluationTask? = nil) throws(EvaluationError) {
    let unknown = labels.firstIndex(of: "unknown")
    self.labels = labels
    self.unknown = unknown
    guard let task else {
      self.keywords = keywords
      answers = Array(labels.indices)
      if keywords.isEmpty { throw EvaluationError("its detector reports no label, so there is nothing to evaluate") }
      return
    }
    var wanted: [Int] = []
    for word in task.keywords {
      guard let label = keywords.first(where: { labels[$0] == word }) else {
        throw EvaluationError(
          "does not listen for \(word), which the task \(task.name) asks for; it listens for "
            + keywords.map { labels[$0] }.joined(separator: ", "))
      }
      wanted.append(label)
    }
    guard wanted.count == keywords.count || unknown != nil else {
      throw EvaluationError("has no label unknown for the keywords that the task \(task.name) leaves out")
    }
    self.keywords = wanted
    answers = labels.indices.map { keywords.contains($0) && !wanted.contains($0) ? unknown ?? $0 : $0 }
  }

  /// Label of a class.
  ///
  /// - Throws: that the model has neither this label nor `unknown`.
  public func label(of name: String) throws(EvaluationError) -> Int {
    let known = ClassMap.aliases[name] ?? name
    if let label = labels.firstIndex(of: known) { return answers[label] }
    if let unknown { return unknown }
    throw EvaluationError(
      "the class \(name) is none of its labels (\(labels.joined(separator: ", "))), and it has no label unknown")
  }

  /// Whether a class is what a model hears when nobody speaks.
  static func isSilence(_ name: String) -> Bool { (aliases[name] ?? name) == "silence" }

  private static let aliases = [
    "_silence_": "silence", "_background_noise_": "silence", "_unknown_": "unknown",
  ]
}

/// The keywords that an evaluation asks for.
public struct EvaluationTask: Equatable, Sendable {
  /// As it was asked for.
  public let name: String
  /// In the order of their curves.
  public let keywords: [String]

  /// The tasks that have names.
  public static let named: [String: [String]] = [
    "commands": ["yes", "no", "up", "down", "left", "right"],
    "zero": ["zero"],
    "words": ["yes", "no", "up", "down", "left", "right", "zero", "one", "two", "three", "four", "five"],
  ]

  /// A named task, or words separated by commas; nil if a word is empty or there twice.
  public init?(_ name: String) {
    let words =
      EvaluationTask.named[name] ?? name.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !words.contains(""), Set(words).count == words.count else { return nil }
    self.name = name
    keywords = words
  }
}
