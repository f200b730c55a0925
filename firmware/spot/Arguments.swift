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
}
