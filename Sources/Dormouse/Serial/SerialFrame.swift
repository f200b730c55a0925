/// Frames on a serial line: what is sent between two zero bytes.
///
/// A frame's content is a kind (1 byte), a sequence number (1 byte), a body of up to `SerialFrame.longestBody` bytes, and
/// the CRC-32 of all these, little-endian. On the line it is stuffed so that no zero is in it (COBS: Cheshire and Baker,
/// 1999), and ended by one. A receiver that joins late, or loses bytes, is in step again after the next zero; a frame that
/// was damaged is no frame.
public enum SerialFrame {
  /// Bytes of a body, at most.
  public static var longestBody: Int { 248 }
  /// Bytes of a content, at most: so short that stuffing adds one byte.
  static let longestContent = 254
  /// Kind and sequence number ahead of the body, checksum behind.
  static let overhead = 6
  /// Bytes on the line, at most.
  public static var longest: Int { longestContent &+ 2 }
}

/// Takes bytes from a line, one by one, and finds frames among them.
public struct SerialFrameReader {
  private var buffer = InlineArray<256, UInt8>(repeating: 0)
  private var count = 0
  private var isTooLong = false
  /// Frames that were damaged or too long.
  public private(set) var damaged = 0
  /// Bytes of the newest frame's body.
  public private(set) var bodyLength = 0

  /// Nothing read.
  public init() {}

  /// What the newest frame is.
  public var kind: UInt8 { buffer[0] }

  /// Its sequence number.
  public var sequence: UInt8 { buffer[1] }

  /// Byte `index` of its body, below `bodyLength`.
  public subscript(index: Int) -> UInt8 { buffer[2 &+ index] }

  /// Four bytes of its body, little-endian, from `index`; `index + 4` is at most `bodyLength`.
  public func word(at index: Int) -> UInt32 {
    UInt32(self[index]) | UInt32(self[index &+ 1]) &<< 8 | UInt32(self[index &+ 2]) &<< 16
      | UInt32(self[index &+ 3]) &<< 24
  }

  /// Hands the body to `read`.
  public func withBody<Result>(_ read: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(of: buffer) { read(UnsafeRawBufferPointer(rebasing: $0[2..<2 &+ bodyLength])) }
  }

  /// Takes a byte; true if it ended a whole frame, which stays until the next call.
  public mutating func push(_ byte: UInt8) -> Bool {
    guard byte == 0 else {
      isTooLong = isTooLong || count == SerialFrame.longest &- 1
      if !isTooLong {
        buffer[count] = byte
        count &+= 1
      }
      return false
    }
    let length = count
    let isWhole = !isTooLong && unstuff(length)
    count = 0
    isTooLong = false
    // Zeros alone are no frame, and no damage: a sender may begin with one.
    if !isWhole && length > 0 { damaged &+= 1 }
    return isWhole
  }

  /// Undoes the stuffing in place and checks the content.
  private mutating func unstuff(_ length: Int) -> Bool {
    var read = 0
    var written = 0
    while read < length {
      let run = Int(truncatingIfNeeded: buffer[read]) &- 1
      read &+= 1
      guard run <= length &- read else { return false }
      for _ in 0..<run {
        buffer[written] = buffer[read]
        written &+= 1
        read &+= 1
      }
      if read < length && run < 254 {
        buffer[written] = 0
        written &+= 1
      }
    }
    guard written >= SerialFrame.overhead else { return false }
    bodyLength = written &- SerialFrame.overhead
    let checksum = withUnsafeBytes(of: buffer) { bytes in
      bytes.baseAddress.map { CRC32.checksum($0, count: 2 &+ bodyLength) } ?? 0
    }
    return word(at: bodyLength) == checksum
  }
}

/// A frame that is being written.
public struct SerialFrameWriter {
  private var content = InlineArray<256, UInt8>(repeating: 0)
  private var count = 0
  private var line = InlineArray<256, UInt8>(repeating: 0)
  /// Bytes to send.
  public private(set) var length = 0

  /// An empty line.
  public init() {}

  /// Byte `index` to send, below `length`.
  public subscript(index: Int) -> UInt8 { line[index] }

  /// Begins a frame.
  public mutating func begin(kind: UInt8, sequence: UInt8) {
    content[0] = kind
    content[1] = sequence
    count = 2
    length = 0
  }

  /// Adds a byte to the body; what is too much is left out, and the frame with it.
  public mutating func add(_ byte: UInt8) {
    if count < SerialFrame.longestBody &+ 2 { content[count] = byte }
    count &+= 1
  }

  /// Adds four bytes, little-endian.
  public mutating func add(word: UInt32) {
    for byte in 0..<4 { add(UInt8(truncatingIfNeeded: word &>> UInt32(truncatingIfNeeded: 8 &* byte))) }
  }

  /// Ends the frame: `length` bytes are to be sent, 0 if the body was too long.
  public mutating func end() {
    guard count <= SerialFrame.longestBody &+ 2 else { return }
    let checked = count
    let checksum = withUnsafeBytes(of: content) { bytes in
      bytes.baseAddress.map { CRC32.checksum($0, count: checked) } ?? 0
    }
    for index in 0..<4 {
      content[count] = UInt8(truncatingIfNeeded: checksum &>> UInt32(truncatingIfNeeded: 8 &* index))
      count &+= 1
    }
    stuff()
  }

  private mutating func stuff() {
    // Each run without a zero is announced by its length and 1.
    var announced = 0
    var next = 1
    for index in 0..<count {
      if content[index] == 0 {
        line[announced] = UInt8(truncatingIfNeeded: next &- announced)
        announced = next
      } else {
        line[next] = content[index]
      }
      next &+= 1
    }
    line[announced] = UInt8(truncatingIfNeeded: next &- announced)
    line[next] = 0
    length = next &+ 1
  }
}
