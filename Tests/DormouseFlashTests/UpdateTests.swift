import Dormouse
import DormouseModel
import DormouseMutation
import DormousePowerCut
import Testing

@testable import DormouseFlash

/// A device behind a line that loses, doubles and damages bytes.
private final class LossyDevice: SerialLine {
  private var server: UpdateServer<EmulatedFlash>
  private var random = Random(seed: 1)
  private var answers: [UInt8] = []
  /// Of 1000 bytes in each direction, how many come to harm.
  var harm = 0
  /// Bytes until the line breaks.
  var left = Int.max
  /// What the device says on the same line, before each answer; a zero ends it.
  var words: [UInt8] = []
  private(set) var restarts = 0

  init(_ contents: [UInt8]) {
    server = UpdateServer(LossyDevice.slots(contents), arenaLength: 1 << 16)
  }

  private static func slots(_ contents: [UInt8]) -> ModelSlots<EmulatedFlash> {
    let memory = EmulatedFlash(contents, pageLength: 1024, unitLength: 8)
    var slots = ModelSlots(memory, SlotLayout(start: 0, length: contents.count, pageLength: 1024)!)!
    _ = slots.boot(arenaLength: 1 << 16)
    return slots
  }

  var contents: [UInt8] { server.slots.memory.contents }

  /// The image that the device would start with.
  var newest: [UInt8]? {
    var slots = LossyDevice.slots(contents)
    let choice = slots.boot(arenaLength: 1 << 16)
    return choice.slot.map { Array(contents[slots.layout.offset(of: $0)...].prefix(choice.image!.length)) }
  }

  private func harmed(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte -> [UInt8] in
      guard random.below(1000) < harm else { return [byte] }
      return [[], [byte, byte], [byte ^ UInt8(1 + random.below(255))]][random.below(3)]
    }
  }

  func send(_ bytes: [UInt8]) throws {
    for byte in harmed(bytes) {
      left -= 1
      guard left > 0 else { throw FlashError("the line is gone") }
      if server.push(byte) { answers += words + harmed((0..<server.answer.length).map { server.answer[$0] }) }
      if server.wantsRestart { restarts += 1 }
    }
  }

  func receive(seconds: Double) throws -> [UInt8] {
    defer { answers = [] }
    return answers
  }
}

@Suite("Updates over a serial line")
struct UpdateTests {
  private let old = try! ImageWriter(SampleGraphs.temporal()).bytes()
  private let new = try! ImageWriter(SampleGraphs.temporal(channels: 20, seed: 9)).bytes()

  private func device() throws -> LossyDevice {
    let device = LossyDevice([UInt8](repeating: 0xFF, count: 20 * 1024))
    try UpdateClient(device).update(old, restarts: false)
    return LossyDevice(device.contents)
  }

  @Test("A good line takes no second try")
  func good() throws {
    let device = try device()
    let client = UpdateClient(device)
    var last = 0
    try client.update(new, restarts: true) { done, all in
      #expect(done >= last && all == new.count)
      last = done
    }
    #expect(client.repeated == 0 && last == new.count && device.newest == new && device.restarts == 1)
  }

  @Test("Words that the device says on the same line, ended by a zero, do no harm; not ended, they cost each answer")
  func shared() throws {
    let device = try device()
    device.words = Array("yes\nno\n".utf8) + [0]
    let client = UpdateClient(device)
    try client.update(new, restarts: false)
    #expect(client.repeated == 0 && device.newest == new)
    device.words.removeLast()
    #expect(throws: FlashError.self) { try UpdateClient(device, silenceLimit: 0.1).update(old, restarts: false) }
    #expect(device.newest == new)
  }

  @Test("One byte in a hundred lost, doubled or damaged: the update completes", arguments: [10, 30])
  func bad(harm: Int) throws {
    let device = try device()
    device.harm = harm
    let client = UpdateClient(device)
    try client.update(new, restarts: false)
    #expect(device.newest == new && client.repeated > 0)
    print("\(harm) bytes in 1000 harmed: \(client.repeated) requests repeated for \(new.count) bytes")
  }

  @Test("A line that breaks anywhere leaves the old model, and the update goes on where it stopped")
  func broken() throws {
    for left in stride(from: 1, to: 6000, by: 241) {
      let device = try device()
      device.left = left
      #expect(throws: FlashError.self) { try UpdateClient(device).update(new, restarts: false) }
      #expect(device.newest == old)
      device.left = .max
      var first: Int?
      try UpdateClient(device).update(new, restarts: false) { done, _ in first = first ?? done }
      #expect(device.newest == new)
      if left > 3000 { #expect(first! > 2000) }
    }
  }

  @Test("A dead line says so")
  func dead() throws {
    let device = try device()
    device.harm = 1000
    let error = #expect(throws: FlashError.self) {
      try UpdateClient(device, silenceLimit: 0.1).update(new, restarts: false)
    }
    #expect(error?.description.hasPrefix("the device does not answer; does it run firmware") == true)
    #expect(device.newest == old)
  }

  @Test("An image that is too long, or none, is refused before or after it is sent, and the old model stays")
  func refused() throws {
    let device = try device()
    let long = #expect(throws: FlashError.self) {
      try UpdateClient(device).update([UInt8](repeating: 1, count: 20_000), restarts: false)
    }
    #expect(long?.description == "the image has 20000 bytes, a slot of the device 9216")
    var broken = new
    broken[500] ^= 16
    let refusal = #expect(throws: FlashError.self) { try UpdateClient(device).update(broken, restarts: false) }
    #expect(refusal?.description.contains("checksumMismatch") == true)
    #expect(device.newest == old)
  }
}
