/// The words in which a host updates a device's model over a serial line, frames as `SerialFrame` says.
///
/// The host asks, the device answers each request with its kind plus `answer`, its sequence number, and an
/// `UpdateAnswer`. Every request may come twice: it does the same once.
///
/// | request | body | does |
/// | --- | --- | --- |
/// | `hello` | none | nothing |
/// | `begin` | length, CRC-32 of the image (4 bytes each) | begins an update, or goes on with the one of this image |
/// | `data` | offset (4 bytes), bytes | takes the bytes, if the offset is the number of bytes taken |
/// | `commit` | none | validates the image and makes it the newest |
/// | `restart` | none | starts with the newest image |
public enum UpdateRequest: UInt8, Sendable {
  case hello = 1
  case begin = 2
  case data = 3
  case commit = 4
  case restart = 5

  /// Added to the kind of a request in its answer.
  public static var answer: UInt8 { 0x80 }
  /// Bytes of an image in one request, at most: a multiple of 16 that leaves room for the offset.
  public static var chunk: Int { 240 }
}

/// What became of a request.
public enum UpdateStatus: UInt8, Sendable {
  case ok = 0
  /// The image is longer than a slot, or has no bytes.
  case doesNotFit = 1
  /// No update was begun, or the device has started anew since.
  case notBegun = 2
  /// More bytes came than the image has.
  case tooMany = 3
  /// The image is not complete yet.
  case incomplete = 4
  /// The flash memory does not hold what was written.
  case memory = 5
  /// What was written is no image for this device; `detail` is the rule that it breaks.
  case refused = 6
  /// The offset is not the number of bytes taken, which the answer tells.
  case offset = 7
  /// No such request, or a body of the wrong length.
  case request = 8
}

/// The body of every answer: 20 bytes, numbers little-endian.
public struct UpdateAnswer: Equatable, Sendable {
  /// Of the protocol.
  public static var version: UInt8 { 1 }
  /// Bytes.
  public static var length: Int { 20 }

  /// What became of the request.
  public var status = UpdateStatus.ok
  /// With `refused`, `ImageError.Reason`.
  public var detail: UInt8 = 0
  /// Slot in use; nil if none holds a valid image.
  public var slot: Int?
  /// Bytes of the image under way; 0 without one.
  public var expected: UInt32 = 0
  /// Bytes taken of it.
  public var taken: UInt32 = 0
  /// Bytes of a slot.
  public var slotLength: UInt32 = 0
  /// Bytes of the device's arena.
  public var arenaLength: UInt32 = 0

  /// All is well, nothing is under way.
  public init() {}

  /// The answer in a frame; nil if it is none, or of another version of the protocol.
  public init?(_ frame: borrowing SerialFrameReader) {
    guard frame.bodyLength == UpdateAnswer.length, frame[0] == UpdateAnswer.version,
      let status = UpdateStatus(rawValue: frame[1]), frame[3] <= 2
    else { return nil }
    self.status = status
    detail = frame[2]
    slot = frame[3] == 2 ? nil : Int(frame[3])
    expected = frame.word(at: 4)
    taken = frame.word(at: 8)
    slotLength = frame.word(at: 12)
    arenaLength = frame.word(at: 16)
  }

  /// Adds the answer to a frame.
  public func write(to frame: inout SerialFrameWriter) {
    frame.add(UpdateAnswer.version)
    frame.add(status.rawValue)
    frame.add(detail)
    frame.add(slot.map { UInt8(truncatingIfNeeded: $0) } ?? 2)
    frame.add(word: expected)
    frame.add(word: taken)
    frame.add(word: slotLength)
    frame.add(word: arenaLength)
  }
}
