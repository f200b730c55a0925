/// The device's end of the line: takes bytes, answers requests, updates the slot that is not in use.
///
///     while let byte = uart.read() {
///       if server.push(byte) { for index in 0..<server.answer.length { uart.write(server.answer[index]) } }
///       if server.wantsRestart { ... }
///     }
public struct UpdateServer<Memory: FlashMemory & ~Copyable>: ~Copyable {
  /// The slots.
  public var slots: ModelSlots<Memory>
  /// The bytes to send after `push` was true.
  public private(set) var answer = SerialFrameWriter()
  /// Whether the host has asked to start with the newest image, since the last `boot`.
  public private(set) var wantsRestart = false
  private var reader = SerialFrameReader()
  /// Bytes of the device's arena.
  public let arenaLength: Int
  /// CRC-32 of the image under way.
  private var underWay: UInt32 = 0
  /// CRC-32 of the image that was committed last since the device started; a commit whose answer was lost comes again.
  private var committed: UInt32?

  /// - Parameters:
  ///   - slots: of a device that has chosen what it runs (`boot`).
  ///   - arenaLength: bytes of the device's arena.
  public init(_ slots: consuming ModelSlots<Memory>, arenaLength: Int) {
    self.slots = slots
    self.arenaLength = arenaLength
  }

  /// Chooses what the device starts with, as `ModelSlots.boot` does; a restart that was asked for has been done with it.
  public mutating func boot() -> BootChoice {
    wantsRestart = false
    return slots.boot(arenaLength: arenaLength)
  }

  /// Takes a byte; true if an answer is to be sent.
  public mutating func push(_ byte: UInt8) -> Bool {
    guard reader.push(byte), reader.kind < UpdateRequest.answer else { return false }
    var result = UpdateAnswer()
    do throws(UpdateError) {
      result.status = try serve()
    } catch {
      report(error, in: &result)
    }
    result.slot = slots.used
    result.expected = UInt32(truncatingIfNeeded: slots.expected)
    result.taken = slots.expected == 0 ? 0 : UInt32(truncatingIfNeeded: slots.taken)
    result.slotLength = UInt32(truncatingIfNeeded: slots.layout.slotLength)
    result.arenaLength = UInt32(truncatingIfNeeded: arenaLength &- slots.beside.spotter)
    answer.begin(kind: reader.kind | UpdateRequest.answer, sequence: reader.sequence)
    result.write(to: &answer)
    answer.end()
    return true
  }

  private mutating func serve() throws(UpdateError) -> UpdateStatus {
    switch (UpdateRequest(rawValue: reader.kind), reader.bodyLength) {
    case (.hello, 0): return .ok
    case (.begin, 8): try begin(length: reader.word(at: 0), checksum: reader.word(at: 4))
    case (.data, 5...): return try data()
    case (.commit, 0): try commit()
    case (.restart, 0): wantsRestart = true
    default: return .request
    }
    return .ok
  }

  private mutating func begin(length: UInt32, checksum: UInt32) throws(UpdateError) {
    if slots.expected > 0 && UInt32(truncatingIfNeeded: slots.expected) == length && underWay == checksum { return }
    guard length <= UInt32(truncatingIfNeeded: slots.layout.slotLength) else { throw .doesNotFit }
    try slots.begin(length: Int(truncatingIfNeeded: length))
    underWay = checksum
    committed = nil
  }

  private mutating func data() throws(UpdateError) -> UpdateStatus {
    guard slots.expected > 0 else { throw .notBegun }
    guard reader.word(at: 0) == UInt32(truncatingIfNeeded: slots.taken) else { return .offset }
    for index in 4..<reader.bodyLength {
      let byte = reader[index]
      try withUnsafeBytes(of: byte) { bytes throws(UpdateError) in try slots.write(bytes) }
    }
    return .ok
  }

  private mutating func commit() throws(UpdateError) {
    if slots.expected == 0 && committed != nil { return }
    try slots.commit(arenaLength: arenaLength)
    committed = underWay
  }

  private func report(_ error: UpdateError, in result: inout UpdateAnswer) {
    switch error {
    case .doesNotFit: result.status = .doesNotFit
    case .notBegun: result.status = .notBegun
    case .tooMany: result.status = .tooMany
    case .incomplete: result.status = .incomplete
    case .memory: result.status = .memory
    case .refused(let reason):
      result.status = .refused
      result.detail = reason.reason.rawValue
    }
  }
}
