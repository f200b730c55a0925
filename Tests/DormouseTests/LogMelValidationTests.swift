import Testing

@testable import Dormouse
@testable import DormouseModel

@Suite("Front-end section") struct LogMelValidationTests {
  static func reason(_ section: [UInt8], length: Int? = nil) -> ImageError.Reason? {
    section.withUnsafeBytes { bytes in
      do throws(ImageError) {
        _ = try LogMelRecord.validated(section: bytes.baseAddress!, length: length ?? bytes.count, offset: 0)
        return nil
      } catch {
        return error.reason
      }
    }
  }

  static func patched(_ section: [UInt8], _ offset: Int, _ value: UInt32) -> [UInt8] {
    var copy = section
    for byte in 0..<4 { copy[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte)) }
    return copy
  }

  /// Harms a section at random again and again until `count` of the harmed ones are accepted; asserts that each of those
  /// still gives as many frames as it should.
  static func checkFramesOfMutations(of original: [UInt8], accepted count: Int, seed: Int) {
    let samples = [Int16.min, 1, Int16.max].flatMap { [Int16](repeating: $0, count: 700) }
    var generator = TestGenerator(seed)
    var accepted = 0
    for _ in 0..<20_000 where accepted < count {
      var section = original
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        // Most bytes are of tables; half of the harm goes to the record before them.
        let end = Bool.random(using: &generator) ? 64 : section.count
        section[Int.random(in: 0..<end, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      guard reason(section) == nil else { continue }
      accepted += 1
      let record = section.withUnsafeBytes { $0.load(as: LogMelRecord.self) }
      let frames = Ear(section: section, record: record).frames(samples)
      #expect(frames.count == LogMel.frameCount(record, samples: samples.count))
    }
    #expect(accepted == count)
  }

  @Test func brokenFieldsAreNamed() throws {
    let ear = try Ear()
    let section = ear.section
    let mel = Int(ear.record.melTable)
    let window = Int(ear.record.windowTable)
    #expect(LogMelValidationTests.reason(section) == nil)
    let cases: [(Int, UInt32, ImageError.Reason)] = [
      (0, 2, .badValue), (4, 44100, .badValue), (8, 320 << 16 | 513, .badValue), (8, 320 << 16 | 479, .badValue),
      (8, 320 << 16, .badValue), (8, 480, .badValue), (8, 481 << 16 | 480, .badValue), (12, 40 << 16 | 300, .badValue),
      (12, 9 << 16 | 512, .badCount), (12, 81 << 16 | 512, .badCount), (16, 7600, .badValue), (20, 8001, .badValue),
      (24, UInt32(bitPattern: .min), .badValue), (28, UInt32(bitPattern: -1), .badMultiplier), (32, 1, .badMultiplier),
      (32, UInt32(bitPattern: -32), .badMultiplier), (36, 128, .badValue), (40, 66, .misaligned), (44, 66, .misaligned),
      (40, 0, .outOfBounds), (40, 0xFFFF_FFFC, .outOfBounds), (44, 0xFFFF_FFFC, .outOfBounds), (48, 0, .tooShort),
      (48, 0xFFFF_FFFF, .outOfBounds), (48, ear.record.melTableLength - 2, .lengthMismatch),
      (44, ear.record.windowTable + 4, .overlap), (52, 1, .reservedNotZero), (56, 1, .reservedNotZero),
      (60, 1, .reservedNotZero), (window, 0xFFFF_FFFF, .badValue), (window + 4 * 479, 1 << 27, .badValue),
      (mel, 0, .badValue), (mel, 0xFFFF, .badCount), (mel + 4, 0xFFFF_FFFF, .badCount),
      (mel + 84, 0x8000, .badValue),
    ]
    for (offset, value, expected) in cases {
      let found = LogMelValidationTests.reason(LogMelValidationTests.patched(section, offset, value))
      #expect(found == expected, "field at \(offset) = \(value)")
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let ear = try Ear()
    let needed = Int(ear.record.melTable + ear.record.melTableLength)
    for length in 0..<needed { #expect(LogMelValidationTests.reason(ear.section, length: length) != nil) }
  }

  @Test func mutatedSectionsThatPassStillGiveFrames() throws {
    LogMelValidationTests.checkFramesOfMutations(of: try Ear().section, accepted: 300, seed: 1)
  }
}
