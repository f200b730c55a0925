/// A command line with places for a detection: `notify-send "heard {label}" {score}`.
///
/// It is cut into words once, as a shell would without expanding anything: at spaces, but not within '...' or "...", or
/// after a backslash. The places are filled word by word after that, so that no label can become two words, or a command.
public struct CommandTemplate: Sendable, Equatable {
  /// The program and its arguments.
  public let words: [String]

  /// Why a text is no template.
  public struct Problem: Error, CustomStringConvertible {
    /// In plain words.
    public let description: String
  }

  /// Cuts `text` into words.
  ///
  /// - Throws: `Problem`: it is empty, or a quote isn't closed.
  public init(_ text: String) throws(Problem) {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\" && quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil, !isEscaped else { throw Problem(description: "a quote is not closed") }
    if let word { words.append(word) }
    guard words.first?.isEmpty == false else { throw Problem(description: "names no program") }
    self.words = words
  }

  /// The words for `detection`: {label}, {score} (0 to 1, two decimals) and {time} (seconds heard).
  func filled(for detection: LiveDetection) -> [String] {
    let values = [
      ("{label}", detection.label), ("{score}", LiveText.fixed(detection.score)),
      ("{time}", LiveText.fixed(detection.end)),
    ]
    return words.map { word in
      var result = ""
      var rest = Substring(word)
      while let first = rest.first {
        if first == "{", let (place, value) = values.first(where: { rest.hasPrefix($0.0) }) {
          result += value
          rest = rest.dropFirst(place.count)
        } else {
          result.append(first)
          rest = rest.dropFirst()
        }
      }
      return result
    }
  }
}
