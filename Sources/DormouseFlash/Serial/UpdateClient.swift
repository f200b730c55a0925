import Dormouse
import Foundation

/// The host's end of `UpdateProtocol`: brings an image to a device over a bad line.
///
/// A request waits for its answer, then is sent again. Requests get shorter when answers stay out, for a shorter one is
/// more likely to arrive whole, and longer again when all goes well.
public final class UpdateClient {
  /// What is known of the device.
  public private(set) var device = UpdateAnswer()
  /// Requests that had to be sent again.
  public private(set) var repeated = 0
  private let line: any SerialLine
  private var reader = SerialFrameReader()
  private var sequence: UInt8 = 0
  /// Seconds that answers take, smoothed.
  private var roundTrip: Double
  /// Seconds without any answer after which the device is given up.
  private let silenceLimit: Double
  /// When the device last answered, or was first asked.
  private var heard = Date()

  /// Bytes of the image in a request, at least.
  private static let shortest = 16

  /// - Parameters:
  ///   - line: to the device.
  ///   - patience: seconds that the first answer may take.
  ///   - silenceLimit: seconds without any answer after which the device is given up.
  public init(_ line: any SerialLine, patience: Double = 0.1, silenceLimit: Double = 8) {
    self.line = line
    roundTrip = patience
    self.silenceLimit = silenceLimit
  }

  /// Makes `image` the device's newest model: it starts with it from the next start on, or at once with `restarts`.
  ///
  /// An update that was interrupted goes on where it stopped, if the device has not started anew since.
  ///
  /// - Parameter progress: gets bytes taken and all bytes.
  /// - Throws: `FlashError`; the device then runs what it ran.
  public func update(_ image: [UInt8], restarts: Bool, progress: (Int, Int) -> Void = { _, _ in }) throws {
    heard = Date()
    try succeed(.hello)
    guard image.count <= device.slotLength else {
      throw FlashError("the image has \(image.count) bytes, a slot of the device \(device.slotLength)")
    }
    let checksum = image.withUnsafeBytes { CRC32.checksum($0.baseAddress!, count: $0.count) }
    try succeed(.begin, words: [UInt32(image.count), checksum])
    var chunk = UpdateRequest.chunk
    while device.taken < device.expected {
      progress(Int(device.taken), image.count)
      let start = Int(device.taken)
      guard start < image.count else { throw FlashError("the device asks for byte \(start) of \(image.count)") }
      let part = image[start..<min(start + chunk, image.count)]
      guard let status = try ask(.data, words: [UInt32(start)], part) else {
        try repeatOrGiveUp()
        chunk = max(chunk / 2, Self.shortest)
        continue
      }
      switch status {
      case .ok: chunk = min(chunk + chunk / 8, UpdateRequest.chunk)
      // The answer to an earlier request was lost.
      case .offset: continue
      case .notBegun: try succeed(.begin, words: [UInt32(image.count), checksum])
      default: throw FlashError(sentence(status))
      }
    }
    try succeed(.commit)
    progress(image.count, image.count)
    if restarts { try succeed(.restart) }
  }

  /// Sends a request until the device answers, which must be with `ok`.
  private func succeed(_ request: UpdateRequest, words: [UInt32] = []) throws {
    var status: UpdateStatus?
    while status == nil {
      status = try ask(request, words: words)
      if status == nil { try repeatOrGiveUp() }
    }
    if let status, status != .ok { throw FlashError(sentence(status)) }
  }

  /// Counts a request that is to be sent again, unless the device has been silent for too long.
  private func repeatOrGiveUp() throws {
    guard Date().timeIntervalSince(heard) < silenceLimit else {
      throw FlashError(
        device.slotLength == 0
          ? "the device does not answer; does it run firmware that takes models, and is the line the right one?"
          : "the device does not answer any more; it keeps the model that it runs, try again")
    }
    repeated += 1
  }

  /// Sends a request once; nil if the answer stays out.
  private func ask(
    _ request: UpdateRequest, words: [UInt32], _ bytes: ArraySlice<UInt8> = []
  ) throws -> UpdateStatus? {
    var frame = SerialFrameWriter()
    sequence &+= 1
    frame.begin(kind: request.rawValue, sequence: sequence)
    for word in words { frame.add(word: word) }
    for byte in bytes { frame.add(byte) }
    frame.end()
    // A zero first: what noise has left on the line is no part of this frame.
    try line.send([0] + (0..<frame.length).map { frame[$0] })
    return try answer(to: request, within: min(4 * roundTrip + 0.02, 1))
  }

  /// The answer to the newest request; nil if it stays out.
  private func answer(to request: UpdateRequest, within patience: Double) throws -> UpdateStatus? {
    let start = Date()
    while true {
      let left = patience - Date().timeIntervalSince(start)
      guard left > 0 else { return nil }
      let bytes = try line.receive(seconds: left)
      if bytes.isEmpty { return nil }
      for byte in bytes where reader.push(byte) {
        guard reader.kind == request.rawValue | UpdateRequest.answer, reader.sequence == sequence,
          let answer = UpdateAnswer(reader)
        else { continue }
        device = answer
        heard = Date()
        roundTrip += (Date().timeIntervalSince(start) - roundTrip) / 8
        return answer.status
      }
    }
  }

  private func sentence(_ status: UpdateStatus) -> String {
    switch status {
    case .ok: "all is well"
    case .doesNotFit: "the image does not fit a slot of \(device.slotLength) bytes"
    case .notBegun: "the device has started anew; try again"
    case .tooMany, .incomplete, .offset, .request: "the device did not understand; is its firmware of another version?"
    case .memory: "the flash memory of the device does not hold what was written; it keeps the model that it runs"
    case .refused:
      "the device refuses the image (rule \(device.detail), \(reason)); it keeps the model that it runs"
    }
  }

  private var reason: String {
    ImageError.Reason(rawValue: device.detail).map { "\($0)" } ?? "unknown to this version"
  }
}
