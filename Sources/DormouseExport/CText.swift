/// C source text as bytes: an image of some hundred kilobytes becomes megabytes of text.
struct CText {
  private(set) var bytes: [UInt8] = []

  /// Appends a line.
  mutating func line(_ text: String = "") {
    bytes += text.utf8
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Appends the elements of a `uint8_t` array, 12 a line.
  mutating func elements(_ values: [UInt8]) {
    let digits = Array("0123456789ABCDEF".utf8)
    bytes.reserveCapacity(bytes.count + values.count * 8)
    for (index, value) in values.enumerated() {
      bytes += index % 12 == 0 ? "  0x".utf8 : " 0x".utf8
      bytes.append(digits[Int(value >> 4)])
      bytes.append(digits[Int(value & 15)])
      bytes += index + 1 == values.count ? "U\n".utf8 : index % 12 == 11 ? "U,\n".utf8 : "U,".utf8
    }
  }

  /// A string literal of UTF-8 bytes. Octal escapes, unlike hexadecimal ones, end after three digits; a question mark is
  /// escaped because of trigraphs.
  static func literal(_ text: some Sequence<UInt8>) -> String {
    var result = "\""
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "?"):
        result += "\\" + String(UnicodeScalar(byte))
      case 0x20...0x7E:
        result += String(UnicodeScalar(byte))
      default:
        let octal = String(byte, radix: 8)
        result += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
      }
    }
    return result + "\""
  }
}
