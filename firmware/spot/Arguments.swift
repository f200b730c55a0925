/// Words of a command line, one after another.
struct Arguments {
  private let text: UnsafeBufferPointer<UInt8>
  private var position = 0

  /// `text` ends at its first zero byte.
  init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  /// The next word; empty if there is none.
  mutating func next() -> UnsafeBufferPointer<UInt8> {
    while position < text.count, text[position] == 32 { position &+= 1 }
    let start = position
    while position < text.count, text[position] != 32, text[position] != 0 { position &+= 1 }
    return UnsafeBufferPointer(rebasing: text[start..<position])
  }

  /// All that is left: a path may have spaces.
  mutating func rest() -> UnsafeBufferPointer<UInt8> {
    while position < text.count, text[position] == 32 { position &+= 1 }
    let start = position
    while position < text.count, text[position] != 0 { position &+= 1 }
    return UnsafeBufferPointer(rebasing: text[start..<position])
  }

  /// Whether the next word starts with a dash.
  var hasOption: Bool {
    var copy = self
    let word = copy.next()
    return word.count > 0 && word[0] == 45
  }

  /// Takes the next word if it is `option`.
  mutating func take(_ option: StaticString) -> Bool {
    var copy = self
    let word = copy.next()
    guard word.count == option.utf8CodeUnitCount else { return false }
    for index in 0..<word.count where word[index] != option.utf8Start[index] { return false }
    self = copy
    return true
  }
}
