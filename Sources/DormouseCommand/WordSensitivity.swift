import ArgumentParser

/// How readily one word is accepted: `yes=0.7`.
///
/// 0.5 is the model's own threshold; above, the threshold falls in proportion, to 0 at 1; below, it rises to 1 at 0.
struct WordSensitivity: ExpressibleByArgument {
  let word: String
  /// 0 to 1.
  let sensitivity: Double

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "="), equals != argument.startIndex,
      let value = Double(argument[argument.index(after: equals)...]), (0...1).contains(value)
    else { return nil }
    word = String(argument[..<equals])
    sensitivity = value
  }

  /// The threshold that stands for it where the model's own is `threshold`.
  func threshold(from threshold: Double) -> Double {
    let turn = 2 * sensitivity - 1
    return turn > 0 ? threshold * (1 - turn) : threshold - (1 - threshold) * turn
  }
}

extension Model {
  /// Applies one sensitivity, in a copy of the image.
  ///
  /// - Throws: that the model has no such word.
  mutating func apply(_ wish: WordSensitivity) throws {
    let labels = loaded.labels
    guard let index = labels.firstIndex(of: wish.word), image.keywords[index].isReported else {
      let words = labels.indices.filter { image.keywords[$0].isReported }.map { labels[$0] }
      throw Failure("--sensitivity: \(path) has no word \(wish.word); it hears \(words.joined(separator: ", "))")
    }
    try setThreshold(wish.threshold(from: Double(image.keywords[index].threshold) / 32768), of: index)
  }
}
