import Dormouse
import DormouseModel
import DormouseMutation
import DormousePowerCut
import Testing

@Suite("Model slots")
struct ModelSlotsTests {
  private static let arena = 1 << 16
  private let old = try! ImageWriter(SampleGraphs.temporal()).bytes()
  private let new = try! ImageWriter(SampleGraphs.temporal(channels: 20, seed: 9)).bytes()

  private func blank(pages: Int = 16) -> ModelSlots<EmulatedFlash> {
    let memory = EmulatedFlash([UInt8](repeating: 0xFF, count: pages * 1024), pageLength: 1024, unitLength: 8)
    return ModelSlots(memory, SlotLayout(start: 0, length: pages * 1024, pageLength: 1024)!)!
  }

  private func update(_ slots: inout ModelSlots<EmulatedFlash>, _ image: [UInt8]) throws {
    try slots.begin(length: image.count)
    try image.withUnsafeBytes { try slots.write($0) }
    try slots.commit(arenaLength: Self.arena)
  }

  @Test("Erased memory holds no image, and both slots say why")
  func nothing() {
    var slots = blank()
    let choice = slots.boot(arenaLength: Self.arena)
    #expect(choice.reason == .nothing && choice.slot == nil && choice.image == nil)
    #expect(choice.refusals[0]?.reason == .badMagic && choice.refusals[1]?.reason == .badMagic)
  }

  @Test("Updates go to the slots in turn, and the newest is started")
  func turns() throws {
    var slots = blank()
    _ = slots.boot(arenaLength: Self.arena)
    for (number, slot) in [0, 1, 0, 1, 0].enumerated() {
      try update(&slots, number % 2 == 0 ? old : new)
      let choice = slots.boot(arenaLength: Self.arena)
      #expect(choice.slot == slot && choice.reason == .newest)
      #expect(choice.image?.length == (number % 2 == 0 ? old : new).count)
    }
  }

  @Test("An image that was flashed from outside is started without a record")
  func uncommitted() throws {
    var contents = [UInt8](repeating: 0xFF, count: 16 * 1024)
    contents.replaceSubrange(7 * 1024..<7 * 1024 + old.count, with: old)
    let memory = EmulatedFlash(contents, pageLength: 1024, unitLength: 8)
    var slots = ModelSlots(memory, SlotLayout(start: 0, length: 16 * 1024, pageLength: 1024)!)!
    let choice = slots.boot(arenaLength: Self.arena)
    #expect(choice.reason == .uncommitted && choice.slot == 1 && choice.refusals[0] != nil)
  }

  @Test("A newest image that has decayed gives way to the other one, and the next update replaces it")
  func decayed() throws {
    var slots = blank()
    _ = slots.boot(arenaLength: Self.arena)
    try update(&slots, old)
    _ = slots.boot(arenaLength: Self.arena)
    try update(&slots, new)
    var contents = slots.memory.contents
    contents[slots.layout.second + 100] ^= 4
    let memory = EmulatedFlash(contents, pageLength: 1024, unitLength: 8)
    var later = ModelSlots(memory, slots.layout)!
    let choice = later.boot(arenaLength: Self.arena)
    #expect(choice.reason == .other && choice.slot == 0)
    #expect(choice.refusals[1]?.reason == .checksumMismatch)
    #expect(later.target == 1)
    try update(&later, new)
    #expect(later.boot(arenaLength: Self.arena).slot == 1)
  }

  @Test("What is no image for this device is refused, and the old one stays")
  func refused() throws {
    var slots = blank()
    _ = slots.boot(arenaLength: Self.arena)
    try update(&slots, old)
    _ = slots.boot(arenaLength: Self.arena)
    var broken = new
    broken[new.count / 2] ^= 1
    for (image, reason) in [
      (broken, ImageError.Reason.checksumMismatch), ([UInt8](repeating: 7, count: 99), .badMagic),
      (try ImageWriter(SampleGraphs.dense([37, 18, 7, 3])).bytes(), .missingSection),
    ] {
      let error = #expect(throws: UpdateError.self) { try update(&slots, image) }
      guard case .refused(let refusal) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(refusal.reason == reason)
      #expect(slots.boot(arenaLength: Self.arena).slot == 0)
    }
    #expect(slots.boot(arenaLength: 64).refusals[0]?.reason == .arenaTooSmall)
  }

  @Test("Misuse is an error by name, and writes nothing")
  func misuse() throws {
    var slots = blank()
    _ = slots.boot(arenaLength: Self.arena)
    #expect(throws: UpdateError.doesNotFit) { try slots.begin(length: slots.layout.slotLength + 1) }
    #expect(throws: UpdateError.doesNotFit) { try slots.begin(length: 0) }
    #expect(throws: UpdateError.notBegun) { try old.withUnsafeBytes { try slots.write($0) } }
    #expect(throws: UpdateError.notBegun) { try slots.commit(arenaLength: Self.arena) }
    try slots.begin(length: old.count - 1)
    #expect(throws: UpdateError.tooMany) { try old.withUnsafeBytes { try slots.write($0) } }
    #expect(slots.memory.operations == 0)
    try old.prefix(100).withUnsafeBytes { try slots.write($0) }
    #expect(throws: UpdateError.incomplete) { try slots.commit(arenaLength: Self.arena) }
  }

  @Test("Layouts that overlap, or are no whole pages, are refused")
  func layouts() {
    for layout in [
      SlotLayout(first: 0, second: 1024, slotLength: 2048, journal: 8192),
      SlotLayout(first: 0, second: 2048, slotLength: 2048, journal: 3072),
      SlotLayout(first: 0, second: 2048, slotLength: 2048, journal: 15 * 1024),
      SlotLayout(first: 4, second: 2048, slotLength: 1024, journal: 8192),
      SlotLayout(first: -1024, second: 2048, slotLength: 1024, journal: 8192),
      SlotLayout(first: 0, second: 2048, slotLength: Int.max & ~1023, journal: 8192),
    ] {
      let memory = EmulatedFlash([UInt8](repeating: 0xFF, count: 16 * 1024), pageLength: 1024, unitLength: 8)
      let fits = layout.fits(memory)
      #expect(!fits, "\(layout)")
    }
    #expect(SlotLayout(start: 0, length: 3 * 1024, pageLength: 1024) == nil)
  }
}
