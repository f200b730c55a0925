import Foundation
import Testing

@testable import Dormouse
@testable import DormouseModel

extension Ear {
  init(section: [UInt8], record: LogMelRecord) {
    self.section = section
    self.record = record
  }

  /// A micro front end with its memory.
  init(micro settings: MicroSettings) throws {
    let section = try MicroDesign(settings).section
    let record = try section.withUnsafeBytes {
      try LogMelRecord.validated(section: $0.baseAddress!, length: $0.count, offset: 0)
    }
    self.init(section: section, record: record)
  }
}

@Suite("Micro front end") struct MicroTests {
  /// Samples, and the levels that pymicro-features gives for them; see `tools/golden/microfrontend.py`.
  struct Golden {
    let samples: [Int16]
    let frames: [[Int]]

    init(file: String = #filePath) throws {
      let url = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Golden/micro.vectors")
      let words = try [UInt8](Data(contentsOf: url)).withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
      let count = Int(words[0]) | Int(words[1]) << 16
      samples = words[4..<4 + count].map { Int16(bitPattern: $0) }
      frames = stride(from: 4 + count, to: words.count, by: 40).map { words[$0..<$0 + 40].map(Int.init) }
      try #require(frames.count == Int(words[2]))
    }
  }

  /// Levels of all frames: int8 holds 255 of them at a time.
  static func levels(_ samples: [Int16], chunks: [Int] = [Int.max]) throws -> [[Int]] {
    var levels: [[Int]] = []
    for origin in stride(from: 0, to: 1020, by: 255) {
      var settings = MicroSettings()
      settings.origin = origin
      settings.stepsPerLevel = 0.999999
      let frames = try Ear(micro: settings).frames(samples, chunks: chunks)
      if levels.isEmpty { levels = frames.map { $0.map { _ in 0 } } }
      for (index, frame) in frames.enumerated() {
        for (band, value) in frame.enumerated() { levels[index][band] += Int(value) + 128 }
      }
    }
    return levels
  }

  @Test func everyLevelIsThatOfPymicroFeatures() throws {
    let golden = try Golden()
    let levels = try MicroTests.levels(golden.samples)
    #expect(levels.count == golden.frames.count)
    #expect(levels.count > 400)
    for (index, (ours, theirs)) in zip(levels, golden.frames).enumerated() { #expect(ours == theirs, "frame \(index)") }
  }

  @Test func chunkSizesMakeNoDifferenceAndResetForgetsTheNoise() throws {
    let ear = try Ear(micro: MicroSettings())
    let samples = LogMelTests.noise(16000)
    let whole = ear.frames(samples)
    #expect(whole.count == 98)
    for chunks in [[1], [7], [159, 160, 161], [480], [481]] {
      #expect(ear.frames(samples, chunks: chunks) == whole, "chunks of \(chunks)")
    }
    let again = ear.withFrontEnd { micro, scratch in
      _ = Ear.push(LogMelTests.noise(5000), chunks: [Int.max], into: &micro, scratch: scratch)
      micro.reset()
      return Ear.push(samples, chunks: [100], into: &micro, scratch: scratch)
    }
    #expect(again == whole)
  }

  @Test func rootsAreRoundedToTheNearest() {
    var values = (0...70000).map(UInt64.init)
    for root in [65535, 65536, 65537, 100_000, 1 << 20, (1 << 31) - 1] as [UInt64] {
      values += [root * root - 1, root * root, root * root + 1, root * root + root - 1, root * root + root]
      values.append(root * root + root + 1)
    }
    values += [UInt64(UInt32.max), UInt64(UInt32.max) + 1, 1 << 61, (1 << 62) - 1]
    var generator = TestGenerator(7)
    for bits in 1...62 {
      for _ in 0..<2000 { values.append(UInt64.random(in: 0..<(1 << UInt64(bits)), using: &generator)) }
    }
    for value in values {
      var root = UInt64(Double(value).squareRoot())
      while root * root > value { root -= 1 }
      while (root + 1) * (root + 1) <= value { root += 1 }
      var expected = value - root * root > root ? root + 1 : root
      if value >> 32 == 0 { expected = min(expected, 65535) }
      let found = SquareRoot.rounded(high: UInt32(value >> 32), low: UInt32(truncatingIfNeeded: value))
      #expect(UInt64(found) == expected, "root of \(value)")
    }
  }

  @Test func memoryHoldsTheNoiseEstimates() throws {
    let record = try Ear(micro: MicroSettings()).record
    #expect(LogMel.stateLength(record) == 960 + 160)
    #expect(LogMel.scratchLength(record) == 2048)
    let shape = FrontEndShape(of: try MicroDesign(MicroSettings()).section)
    #expect(shape.kind == LogMelRecord.micro && shape.stateLength == 1120 && shape.features == 40)
  }

  @Test func settingsSurviveJSON() throws {
    var settings = MicroSettings()
    settings.hopMilliseconds = 20
    settings.stepsPerLevel = 0.25
    let json = try JSONEncoder().encode(settings)
    #expect(try FrontEndSettings(json: json) == .micro(settings))
    #expect(try FrontEndSettings(json: Data(#"{"kind": "micro"}"#.utf8)) == .micro(MicroSettings()))
  }

  @Test func brokenSectionsAreNamed() throws {
    let section = try MicroDesign(MicroSettings()).section
    let record = try Ear(micro: MicroSettings()).record
    let extra = Int(record.extraTable)
    #expect(extra + MicroRecord.length <= section.count)
    #expect(LogMelValidationTests.reason(section) == nil)
    let cases: [(Int, UInt32, ImageError.Reason)] = [
      (0, 9, .badValue), (12, 40 << 16 | 256, .badValue), (12, 40 << 16 | 1024, .badValue), (52, 66, .misaligned),
      (52, 0, .outOfBounds), (52, 0xFFFF_FFF0, .outOfBounds), (52, UInt32(extra + 16), .outOfBounds),
      (60, 1, .reservedNotZero), (56, 1, .reservedNotZero), (Int(record.windowTable), 4097, .badValue),
      (extra, 16385, .badValue),
      (extra + 4, 16385, .badValue), (extra + 8, 1, .reservedNotZero), (40, 0xFFFF_FFFC, .outOfBounds),
    ]
    for (offset, value, expected) in cases {
      let found = LogMelValidationTests.reason(LogMelValidationTests.patched(section, offset, value))
      #expect(found == expected, "field at \(offset) = \(value)")
    }
    for length in 0..<extra + MicroRecord.length {
      #expect(LogMelValidationTests.reason(section, length: length) != nil)
    }
  }

  @Test func mutatedSectionsThatPassStillGiveFrames() throws {
    LogMelValidationTests.checkFramesOfMutations(of: try MicroDesign(MicroSettings()).section, accepted: 300, seed: 1)
  }
}
