import Dormouse
import DormouseExport
import DormouseFlash
import DormouseModel
import DormouseMutation
import DormousePowerCut
import Testing

/// What a probe writes, and what the device then starts with.
@Suite("Slots by a probe")
struct SlotUpdateTests {
  private let old = try! ImageWriter(SampleGraphs.temporal()).bytes()
  private let new = try! ImageWriter(SampleGraphs.temporal(channels: 20, seed: 9)).bytes()
  private let board = try! BoardTests.board(["models": ["address": "0x08020000", "bytes": 24576]])
  private let length = 24576
  private let page = 1024
  private let unit = 8

  private func slots(_ contents: [UInt8]) -> ModelSlots<EmulatedFlash> {
    let layout = SlotLayout(start: 0, length: length, pageLength: page)!
    return ModelSlots(EmulatedFlash(contents, pageLength: page, unitLength: unit), layout)!
  }

  /// The image that a device starts with, and where it is.
  private func started(_ contents: [UInt8]) -> (slot: Int, image: [UInt8], reason: BootChoice.Reason)? {
    var slots = slots(contents)
    let choice = slots.boot(arenaLength: .max)
    guard let slot = choice.slot, let image = choice.image else { return nil }
    let start = slots.layout.offset(of: slot)
    return (slot, Array(contents[start..<start + image.length]), choice.reason)
  }

  /// Whole pages are erased, then programmed, as probes do, until power fails at operation `cut`.
  private func probe(
    _ parts: [FlashPart], on contents: [UInt8], failingAt operation: Int? = nil, _ cut: EmulatedFlash.Cut = .amid
  ) -> (contents: [UInt8], operations: Int) {
    var memory = EmulatedFlash(contents, pageLength: page, unitLength: unit)
    if let operation { memory.fail(at: operation, cut, seed: UInt64(operation)) }
    for part in parts {
      let start = Int(part.address - 0x0802_0000)
      #expect(start % page == 0 && part.bytes.count % page == 0, "a probe erases whole pages")
      for offset in stride(from: 0, to: part.bytes.count, by: page) {
        _ = memory.erase(pageAt: start + offset)
        for place in stride(from: offset, to: offset + page, by: unit) {
          part.bytes.withUnsafeBytes { _ = memory.program(unitAt: start + place, from: $0.baseAddress! + place) }
        }
      }
    }
    return (memory.contents, memory.operations)
  }

  private func update(_ contents: [UInt8], _ image: [UInt8], _ choice: SlotUpdate.Choice = .free) throws -> SlotUpdate {
    try SlotUpdate(image, over: contents, choice, on: board)
  }

  @Test("Updates by a probe and by the device itself take turns, and the newest is started")
  func turns() throws {
    var contents = [UInt8](repeating: 0xFF, count: length)
    for (number, slot) in [0, 1, 0, 1, 0, 1].enumerated() {
      let image = number % 2 == 0 ? old : new
      if number % 3 == 2 {
        var device = slots(contents)
        _ = device.boot(arenaLength: .max)
        try device.begin(length: image.count)
        try image.withUnsafeBytes { try device.write($0) }
        try device.commit(arenaLength: .max)
        contents = device.memory.contents
      } else {
        let step = try update(contents, image)
        #expect(step.slot == slot)
        contents = probe([step.image, step.journal], on: contents).contents
      }
      let found = started(contents)
      #expect(found?.slot == slot && found?.image == image && found?.reason == .newest)
    }
  }

  @Test("The record goes to the page of the journal that does not hold the newest one")
  func pages() throws {
    let blank = [UInt8](repeating: 0xFF, count: length)
    let first = try update(blank, old)
    let one = probe([first.image, first.journal], on: blank).contents
    let second = try update(one, new)
    #expect(first.journal.address == 0x0802_0000 + 22528 && second.journal.address == first.journal.address + 1024)
    #expect(second.journal.bytes.dropFirst(unit).allSatisfy { $0 == 0xFF })
    #expect(first.slot == 0 && second.slot == 1)
  }

  @Test("Power that fails at any operation of a probe leaves a whole model", arguments: EmulatedFlash.Cut.allCases)
  func powerCuts(cut: EmulatedFlash.Cut) throws {
    let blank = [UInt8](repeating: 0xA5, count: length)
    let first = try update(blank, old)
    var contents = probe([first.image, first.journal], on: blank).contents
    var cuts = 0
    // To the free slot; then, with two models there, to the one in use as well.
    for choice in [SlotUpdate.Choice.free, .slot(1)] {
      let step = try update(contents, new, choice)
      #expect(step.slot == 1)
      let whole = probe([step.image, step.journal], on: contents)
      for operation in 0..<whole.operations {
        let after = probe([step.image, step.journal], on: contents, failingAt: operation, cut).contents
        let found = started(after)
        #expect(found?.image == old || found?.image == new, "operation \(operation)")
        let again = try update(after, new)
        let mended = probe([again.image, again.journal], on: after).contents
        #expect(started(mended)?.image == new)
        cuts += 1
      }
      contents = whole.contents
    }
    #expect(cuts > 2 * new.count / unit)
  }

  @Test("The only model that a device has is not written over")
  func only() throws {
    let blank = [UInt8](repeating: 0xFF, count: length)
    #expect(try update(blank, old, .slot(1)).slot == 1)
    let first = try update(blank, old)
    let contents = probe([first.image, first.journal], on: blank).contents
    let error = #expect(throws: FlashError.self) { try update(contents, new, .slot(0)) }
    #expect(error?.description.contains("slot 0 of board holds the only model that the device has") == true)
    #expect(try update(contents, new, .slot(1)).slot == 1)
    let long = [UInt8](repeating: 0, count: 12000)
    let fit = #expect(throws: FlashError.self) { try update(contents, long) }
    #expect(fit?.description == "the image has 12000 bytes, a slot of board 11264")
  }
}
