import Testing

@testable import Dormouse
@testable import DormouseModel

/// An analog-binary front end with memory of its own.
struct AnalogEar {
  let section: [UInt8]

  init(_ change: (inout AnalogBinarySettings) -> Void = { _ in }) throws {
    var settings = AnalogBinarySettings()
    change(&settings)
    section = try AnalogBinaryDesign(settings).section
  }

  /// Frames of `samples`, pushed in pieces of these lengths, the last one again and again.
  func frames(_ samples: [Int16], chunks: [Int]) -> [UInt32] {
    withFrontEnd { frontEnd, scratch in AnalogEar.push(samples, chunks: chunks, into: &frontEnd, scratch: scratch) }
  }

  func withFrontEnd<R>(_ body: (inout AnalogBinary, UnsafeMutableRawPointer) throws -> R) rethrows -> R {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: section.count, alignment: 16)
    copy.copyBytes(from: section)
    let record = copy.load(as: AnalogBinaryRecord.self)
    let length = AnalogBinary.stateLength(record) + AnalogBinary.scratchLength
    let memory = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 16)
    defer {
      copy.deallocate()
      memory.deallocate()
    }
    var frontEnd = AnalogBinary(section: UnsafeRawPointer(copy.baseAddress!), state: memory)
    return try body(&frontEnd, memory + AnalogBinary.stateLength(record))
  }

  static func push(
    _ samples: [Int16], chunks: [Int], into frontEnd: inout AnalogBinary, scratch: UnsafeMutableRawPointer
  ) -> [UInt32] {
    var result: [UInt32] = []
    var frame = [UInt32](repeating: 0, count: AnalogBinary.words(frontEnd.record))
    var start = 0
    var turn = 0
    while start < samples.count {
      let end = min(samples.count, start + chunks[min(turn, chunks.count - 1)])
      samples[start..<end].withUnsafeBufferPointer { piece in
        var taken = 0
        while taken < piece.count {
          let step = frontEnd.push(piece, from: taken, into: &frame, scratch: scratch)
          taken += step.consumed
          if step.frameReady { result += frame }
        }
      }
      start = end
      turn += 1
    }
    return result
  }
}

@Suite("Analog-binary front end") struct AnalogBinaryTests {
  @Test(arguments: [8, 16, 32, 64]) func cutsBetweenPiecesMakeNoDifference(channels: Int) throws {
    let ear = try AnalogEar { $0.channels = channels }
    let samples = LogMelTests.noise(3000).map { $0 / 8 }
    let whole = ear.frames(samples, chunks: [samples.count])
    #expect(whole.count == 3000 / 160 * ((channels + 31) / 32))
    #expect(whole.contains { $0 != 0 })
    for chunks in [[1], [7, 160, 33], [159], [161, 1, 31, 32, 33]] {
      #expect(ear.frames(samples, chunks: chunks) == whole, "pieces of \(chunks)")
    }
  }

  @Test func resettingForgetsEverything() throws {
    let ear = try AnalogEar()
    let samples = LogMelTests.noise(2000)
    let fresh = ear.frames(samples, chunks: [100])
    let again = ear.withFrontEnd { frontEnd, scratch in
      _ = AnalogEar.push(LogMelTests.noise(1234), chunks: [50], into: &frontEnd, scratch: scratch)
      frontEnd.reset()
      return AnalogEar.push(samples, chunks: [100], into: &frontEnd, scratch: scratch)
    }
    #expect(again == fresh)
  }

  @Test func silenceIsAllLow() throws {
    let frames = try AnalogEar().frames([Int16](repeating: 0, count: 1600), chunks: [1600])
    #expect(frames.count == 20 && frames.allSatisfy { $0 == 0 })
  }

  /// The loudest square waves that there are: fixed-point sums must not wrap around.
  @Test(arguments: [8, 16, 32, 64]) func loudestSoundKeepsItsChannelHigh(channels: Int) throws {
    var settings = AnalogBinarySettings()
    settings.channels = channels
    let ear = try AnalogEar { $0.channels = channels }
    for channel in [0, channels / 2, channels - 1] {
      let centre = settings.bank[channel].centre
      let samples = (0..<16000).map { index -> Int16 in
        (Double(index) * centre / 16000).truncatingRemainder(dividingBy: 1) < 0.5 ? 32767 : -32768
      }
      let frames = ear.frames(samples, chunks: [16000])
      let words = (channels + 31) / 32
      // A filter rings for Q / (pi f); then its comparator stays high.
      for frame in 20..<100 {
        #expect(frames[frame * words + channel / 32] >> UInt32(channel % 32) & 1 == 1, "channel \(channel) at \(frame)")
      }
    }
  }

  @Test func aSineIsHeardByItsChannelFirst() throws {
    var settings = AnalogBinarySettings()
    settings.channels = 16
    // So that all channels are equally sensitive.
    settings.gains = [Double](repeating: 2, count: 16)
    settings.thresholds = [Double](repeating: 0.5, count: 16)
    let ear = try AnalogEar { $0 = settings }
    for channel in [2, 7, 12] {
      let step = 2 * 3.141592653589793 * settings.bank[channel].centre / 16000
      // A third more than the threshold: 0.5 V / 2 / 0.9 V of full scale.
      let samples = (0..<8000).map { Int16(0.37 * 32767 * sine(step * Double($0))) }
      let last = try #require(ear.frames(samples, chunks: [8000]).last)
      #expect(last == 1 << UInt32(channel), "channel \(channel) alone")
    }
  }

  private func sine(_ angle: Double) -> Double {
    let turns = (angle / (2 * 3.141592653589793)).rounded()
    let x = angle - turns * 2 * 3.141592653589793
    var term = x
    var sum = x
    for k in stride(from: 2.0, through: 24, by: 2) {
      term *= -x * x / (k * (k + 1))
      sum += term
    }
    return sum
  }
}
