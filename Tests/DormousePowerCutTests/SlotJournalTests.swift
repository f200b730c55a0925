import DormouseMutation
import Testing

@testable import Dormouse

@Suite("The journal of slots")
struct SlotJournalTests {
  @Test("Every record has sixteen ones, so that none turns into another by losing or gaining bits alone")
  func weight() {
    for count: UInt32 in 0..<0x8000 {
      for slot in 0...1 { #expect(SlotJournal.word(slot: slot, count: count).nonzeroBitCount == 16) }
    }
  }

  @Test("Counts wrap around, and later ones stay newer")
  func wrap() {
    func record(_ count: UInt32) -> SlotJournal.Record { .init(slot: 0, count: count & 0x7FFF, offset: 0) }
    for count: UInt32 in stride(from: 0, to: 0x8000, by: 97) {
      #expect(record(count &+ 1).isNewer(than: record(count)))
      #expect(record(count &+ 8192).isNewer(than: record(count)))
      #expect(!record(count).isNewer(than: record(count &+ 1)))
      #expect(!record(count).isNewer(than: record(count)))
    }
  }
}
