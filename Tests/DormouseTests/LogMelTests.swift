import Foundation
import Testing

@testable import Dormouse
@testable import DormouseModel

/// A front end with its memory, as an owner would hold it.
struct Ear {
  let section: [UInt8]
  let record: LogMelRecord

  init(_ change: (inout LogMelSettings) -> Void = { _ in }) throws {
    var settings = LogMelSettings()
    change(&settings)
    section = try LogMelDesign(settings).section
    record = try section.withUnsafeBytes {
      try LogMelRecord.validated(section: $0.baseAddress!, length: $0.count, offset: 0)
    }
  }

  /// Frames of `samples`, pushed in chunks of the given sizes, over and over.
  func frames(_ samples: [Int16], chunks: [Int] = [Int.max]) -> [[Int8]] {
    withFrontEnd { logMel, scratch in Ear.push(samples, chunks: chunks, into: &logMel, scratch: scratch) }
  }

  func withFrontEnd<R>(_ body: (inout LogMel, UnsafeMutableRawPointer) -> R) -> R {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: LogMel.stateLength(record) + LogMel.scratchLength(record), alignment: 16)
    defer { memory.deallocate() }
    return section.withUnsafeBytes { bytes in
      var logMel = LogMel(section: bytes.baseAddress!, state: memory)
      return body(&logMel, memory + LogMel.stateLength(record))
    }
  }

  static func push(
    _ samples: [Int16], chunks: [Int], into logMel: inout LogMel, scratch: UnsafeMutableRawPointer
  ) -> [[Int8]] {
    var frames: [[Int8]] = []
    var frame = [Int8](repeating: 0, count: logMel.features)
    var start = 0
    var turn = 0
    while start < samples.count {
      let end = start + min(chunks[turn % chunks.count], samples.count - start)
      turn += 1
      Array(samples[start..<end]).withUnsafeBufferPointer { chunk in
        var position = 0
        while position < chunk.count {
          let step = logMel.push(chunk, from: position, into: &frame, scratch: scratch)
          position += step.consumed
          if step.frameReady { frames.append(frame) }
        }
      }
      start = end
    }
    return frames
  }
}

@Suite("Log-mel front end") struct LogMelTests {
  static func noise(_ count: Int, peak: Int16 = 8000) -> [Int16] {
    var generator = TestGenerator(Int(peak))
    return (0..<count).map { _ in Int16.random(in: -peak...peak, using: &generator) }
  }

  @Test func chunkSizesMakeNoDifference() throws {
    let ear = try Ear()
    let samples = LogMelTests.noise(48000)
    let whole = ear.frames(samples)
    #expect(whole.count == 149)
    #expect(whole.count == LogMel.frameCount(ear.record, samples: samples.count))
    for chunks in [[1], [2], [7], [159, 160, 161], [320], [479], [480], [481], [512], [16000], [1, 47000]] {
      #expect(ear.frames(samples, chunks: chunks) == whole, "chunks of \(chunks)")
    }
  }

  @Test func theFirstFrameCompletesWithTheLastSampleOfTheWindow() throws {
    let ear = try Ear()
    #expect(ear.frames(LogMelTests.noise(479)).isEmpty)
    #expect(ear.frames(LogMelTests.noise(480)).count == 1)
    #expect(ear.frames(LogMelTests.noise(799)).count == 1)
    #expect(ear.frames(LogMelTests.noise(800)).count == 2)
  }

  @Test func resetForgetsTheSamples() throws {
    let ear = try Ear()
    let samples = LogMelTests.noise(5000)
    let fresh = ear.frames(samples)
    let again = ear.withFrontEnd { logMel, scratch in
      _ = Ear.push(LogMelTests.noise(1234), chunks: [Int.max], into: &logMel, scratch: scratch)
      logMel.reset()
      return Ear.push(samples, chunks: [100], into: &logMel, scratch: scratch)
    }
    #expect(again == fresh)
  }

  @Test func silenceIsTheLowestFeature() throws {
    let frames = try Ear().frames([Int16](repeating: 0, count: 4800))
    #expect(frames.allSatisfy { $0.allSatisfy { $0 == -128 } })
  }

  @Test func extremeInputGivesTheSameFeaturesInBothSigns() throws {
    for change in LogMelTests.shapes {
      let ear = try Ear(change)
      for period in [1, 2, 3, 8, 50, 1000, 1 << 20] {
        let square = (0..<6000).map { $0 / period % 2 == 0 ? Int16.max : -Int16.max }
        let frames = ear.frames(square)
        let mirrored = ear.frames(square.map { -$0 })
        for (a, b) in zip(frames, mirrored) {
          // Rounding is not symmetric; it shows only where there is next to no energy.
          for (x, y) in zip(a, b) where max(x, y) > -100 { #expect(abs(Int(x) - Int(y)) <= 1) }
        }
        let lowest = ear.frames((0..<6000).map { $0 / period % 2 == 0 ? Int16.min : Int16.max })
        #expect(lowest.count == frames.count)
      }
      #expect(ear.frames([Int16](repeating: .min, count: 6000)).count == ear.frames(LogMelTests.noise(6000)).count)
    }
  }

  @Test func aTwiceLouderSoundIsTwoOctavesOfEnergyHigher() throws {
    let ear = try Ear()
    let quiet = LogMelTests.noise(8000, peak: 4000)
    let pairs = zip(ear.frames(quiet).joined(), ear.frames(quiet.map { 2 * $0 }).joined())
    for (a, b) in pairs where b < 127 { #expect(abs(Int(b) - Int(a) - 13) <= 1) }
  }

  @Test func featuresFollowTheDefinition() throws {
    for change in LogMelTests.shapes {
      var settings = LogMelSettings()
      change(&settings)
      let ear = try Ear(change)
      for peak in [30, 32000] as [Int16] {
        let samples = LogMelTests.noise(settings.window + settings.hop, peak: peak)
        let frames = ear.frames(samples)
        for (index, frame) in frames.enumerated() {
          let start = index * settings.hop
          let expected = LogMelTests.reference(Array(samples[start..<start + settings.window]), settings)
          for (a, b) in zip(frame, expected) { #expect(abs(Double(a) - b) <= 1) }
        }
      }
    }
  }

  @Test func memoryQueriesAreMultiplesOfSixteen() throws {
    for change in LogMelTests.shapes {
      let record = try Ear(change).record
      #expect(LogMel.stateLength(record) % 16 == 0 && LogMel.stateLength(record) >= 2 * Int(record.window))
      #expect(LogMel.scratchLength(record) == 4 * Int(record.fftLength))
    }
  }

  /// Settings of every transform length, both sample rates, few and many bands.
  static let shapes: [@Sendable (inout LogMelSettings) -> Void] = [
    { _ in },
    {
      $0.fftLength = 256; $0.windowMilliseconds = 16; $0.hopMilliseconds = 16; $0.bands = 20
    },
    {
      $0.fftLength = 1024; $0.windowMilliseconds = 64; $0.hopMilliseconds = 1; $0.bands = 80
    },
    {
      $0.windowMilliseconds = 5; $0.hopMilliseconds = 3; $0.bands = 10
    },
    {
      $0.sampleRate = 8000; $0.fftLength = 256; $0.bands = 24; $0.highFrequency = 4000; $0.lowFrequency = 0
    },
    {
      $0.sampleRate = 8000; $0.fftLength = 1024; $0.windowMilliseconds = 128; $0.highFrequency = 3800; $0.zeroPoint = -7
    },
  ]

  /// The definition, sum by sum, in floating point.
  static func reference(_ samples: [Int16], _ settings: LogMelSettings) -> [Double] {
    let count = Double(samples.count)
    let windowed = samples.enumerated().map { Double($1) * pow(sin(.pi * (Double($0) + 0.5) / count), 2) }
    let length = settings.fftLength
    let cosines = (0..<length).map { cos(2 * .pi * Double($0) / Double(length)) }
    let power = (0...length / 2).map { bin -> Double in
      var (re, im) = (0.0, 0.0)
      for (n, x) in windowed.enumerated() {
        re += x * cosines[bin * n % length]
        im += x * cosines[(bin * n + length / 4) % length]
      }
      return re * re + im * im
    }
    func mel(_ frequency: Double) -> Double { 1127 * log(1 + frequency / 700) }
    let low = mel(Double(settings.lowFrequency))
    let spacing = (mel(Double(settings.highFrequency)) - low) / Double(settings.bands + 1)
    return (0..<settings.bands).map { band in
      let center = low + Double(band + 1) * spacing
      var energy = 0.0
      for (bin, value) in power.enumerated() {
        let position = mel(Double(bin * settings.sampleRate) / Double(length))
        energy += value * max(0, 1 - abs(position - center) / spacing)
      }
      let level = log2(max(energy, 1)) - settings.origin
      return min(max((Double(settings.zeroPoint) + settings.stepsPerOctave * level).rounded(), -128), 127)
    }
  }
}
