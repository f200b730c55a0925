/// Little-endian numbers in bytes that nobody has checked.
struct ByteReader {
  let bytes: [UInt8]
  let name: String

  /// The number of `width` bytes at `offset`.
  ///
  /// - Throws: that the file ends before it.
  func number(at offset: Int, width: Int = 4) throws(CountingError) -> Int {
    guard offset >= 0, offset <= bytes.count - width else {
      throw CountingError("\(name) is cut off: it has \(bytes.count) bytes and refers to what lies behind them")
    }
    var value = 0
    for index in (0..<width).reversed() { value = value << 8 | Int(bytes[offset + index]) }
    return value
  }

  /// The bytes `offset ..< offset + length`.
  ///
  /// - Throws: that the file ends before them.
  func slice(at offset: Int, length: Int) throws(CountingError) -> ArraySlice<UInt8> {
    guard offset >= 0, length >= 0, offset <= bytes.count, length <= bytes.count - offset else {
      throw CountingError("\(name) is cut off: it has \(bytes.count) bytes and refers to what lies behind them")
    }
    return bytes[offset..<(offset + length)]
  }

  /// The text at `offset` up to its zero byte, or to `end`.
  func text(at offset: Int, before end: Int) -> String {
    guard offset >= 0, offset < min(end, bytes.count) else { return "" }
    return String(decoding: bytes[offset..<min(end, bytes.count)].prefix { $0 != 0 }, as: UTF8.self)
  }
}
