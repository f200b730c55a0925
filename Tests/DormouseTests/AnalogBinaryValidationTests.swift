import Testing

@testable import Dormouse
@testable import DormouseModel

@Suite("Analog-binary section") struct AnalogBinaryValidationTests {
  private static let section: [UInt8] = (try? AnalogEar { $0.channels = 8 }.section) ?? []

  /// The rule that a section breaks, and where; nil if it is sound.
  private func verdict(_ section: [UInt8]) -> ImageError? {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: section.count, alignment: 16)
    defer { copy.deallocate() }
    copy.copyBytes(from: section)
    do throws(ImageError) {
      try FrontEnd.validate(section: UnsafeRawPointer(copy.baseAddress!), length: section.count, offset: 0)
      return nil
    } catch {
      return error
    }
  }

  private func changed<Value: BitwiseCopyable>(_ offset: Int, _ value: Value) -> [UInt8] {
    var section = Self.section
    section.withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: offset, as: Value.self) }
    return section
  }

  @Test func recordsAreThirtyTwoBytes() {
    #expect(MemoryLayout<AnalogBinaryRecord>.size == 32 && MemoryLayout<AnalogChannelRecord>.size == 32)
    #expect(Self.section.count == 9 * 32)
    #expect(verdict(Self.section) == nil)
  }

  @Test func brokenSettingsAreRefused() {
    let cases: [(String, [UInt8], ImageError)] = [
      ("unknown kind", changed(0, 9 as UInt32), ImageError(.frontEnd, at: 0, .badValue)),
      ("11 kHz", changed(4, 11025 as UInt32), ImageError(.frontEnd, at: 4, .badValue)),
      ("9 channels", changed(8, 9 as UInt16), ImageError(.frontEnd, at: 8, .badCount)),
      ("window of 20 ms", changed(10, 320 as UInt16), ImageError(.frontEnd, at: 10, .badValue)),
      ("no attack", changed(12, 0 as Int32), ImageError(.frontEnd, at: 12, .badValue)),
      ("negative decay", changed(16, -1 as Int32), ImageError(.frontEnd, at: 16, .badValue)),
      ("table off by two", changed(20, 34 as UInt32), ImageError(.frontEnd, at: 20, .misaligned)),
      ("table over the record", changed(20, 28 as UInt32), ImageError(.frontEnd, at: 20, .outOfBounds)),
      ("table beyond the end", changed(20, 36 as UInt32), ImageError(.frontEnd, at: 20, .outOfBounds)),
      ("table far away", changed(20, 0xFFFF_FFFC as UInt32), ImageError(.frontEnd, at: 20, .outOfBounds)),
      ("reserved word", changed(24, 1 as UInt32), ImageError(.frontEnd, at: 24, .reservedNotZero)),
      ("64 channels, records of 8", changed(8, 64 as UInt16), ImageError(.frontEnd, at: 20, .outOfBounds)),
      ("short", Array(Self.section.prefix(31)), ImageError(.frontEnd, at: 0, .tooShort)),
    ]
    for (name, section, expected) in cases { #expect(verdict(section) == expected, "\(name)") }
  }

  @Test func brokenChannelsAreRefused() {
    let one: Int32 = 1 << 30
    let place = 32 + 3 * 32
    let cases: [(String, Int, Int32, ImageError)] = [
      ("pole on the unit circle", 12, -one, ImageError(.frontEnd, at: place, .badMultiplier)),
      ("pole outside it", 12, -one - 5, ImageError(.frontEnd, at: place, .badMultiplier)),
      ("positive r2", 12, 1, ImageError(.frontEnd, at: place, .badMultiplier)),
      ("pole at 1", 8, Int32.max, ImageError(.frontEnd, at: place, .badMultiplier)),
      ("pole at -1", 8, Int32.min, ImageError(.frontEnd, at: place, .badMultiplier)),
      ("b0 above one", 0, one + 1, ImageError(.frontEnd, at: place, .badMultiplier)),
      ("threshold above the supply", 20, one, ImageError(.frontEnd, at: place + 16, .badValue)),
      ("threshold below the hysteresis", 20, 0, ImageError(.frontEnd, at: place + 16, .badValue)),
      ("off at zero", 24, 0, ImageError(.frontEnd, at: place + 16, .badValue)),
      ("clip above 2^30", 16, one + 1, ImageError(.frontEnd, at: place + 16, .badValue)),
      ("reserved word", 28, 7, ImageError(.frontEnd, at: place + 28, .reservedNotZero)),
    ]
    for (name, offset, value, expected) in cases {
      #expect(verdict(changed(place + offset, value)) == expected, "\(name)")
    }
  }
}
