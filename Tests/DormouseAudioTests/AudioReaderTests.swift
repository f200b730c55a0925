import Foundation
import Testing

@testable import DormouseAudio

/// Everything in a recording, read in blocks of `block`.
func allSamples(_ reader: AudioReader, block: Int = 1000) throws -> [Int16] {
  var samples: [Int16] = []
  var buffer = [Int16](repeating: 0, count: block)
  while true {
    let count = try buffer.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
    if count == 0 { return samples }
    samples += buffer[0..<count]
  }
}

@Suite("Audio reader") struct AudioReaderTests {
  let folder = TemporaryFolder()

  private func read(_ wave: WaveFixture, at rate: Int = 16000, block: Int = 1000) throws -> [Int16] {
    try allSamples(AudioReader(file: folder.file("x.wav", wave.bytes), sampleRate: rate), block: block)
  }

  @Test func mono16BitAtTheModelsRatePassesUnchanged() throws {
    let samples = (-32768...32767).map { Int16($0) }
    let reader = try AudioReader(file: folder.file("x.wav", WaveFixture(samples).bytes), sampleRate: 16000)
    #expect(!reader.isConverted)
    #expect(try allSamples(reader) == samples)
  }

  @Test func floatsAreRoundedToNearestEvenAndSaturated() throws {
    let step: Float = 1 / 32768
    let cases: [(Float, Int16)] = [
      (0, 0), (step, 1), (0.5 * step, 0), (1.5 * step, 2), (-0.5 * step, 0), (-1.5 * step, -2), (0.51 * step, 1),
      (32766.5 * step, 32766), (32767 * step, 32767), (1, 32767), (7.5, 32767), (-1, -32768), (-1e30, -32768),
      (1e30, 32767), (Float.leastNonzeroMagnitude, 0), (-12345 * step, -12345),
    ]
    #expect(try read(WaveFixture(cases.map(\.0))) == cases.map(\.1))
  }

  @Test(arguments: [2, 3, 8]) func channelsAreAveraged(channels: Int) throws {
    let frames = 5000
    let left = (0..<frames).map { Int16(truncatingIfNeeded: ($0 &* 7919) % 20000 - 10000) }
    let interleaved = left.flatMap { value in
      (0..<channels).map { $0 == 0 ? value : $0 == 1 ? Int16(-value) : 8 * Int16(channels) }
    }
    let expected = Int16(8 * (channels - 2))
    #expect(try read(WaveFixture(interleaved, channels: channels)).allSatisfy { abs($0 - expected) <= 0 })
  }

  @Test(arguments: [(44100, 16000), (48000, 16000), (8000, 16000), (16000, 8000), (22050, 16000), (96000, 16000)])
  func aToneKeepsItsLengthPitchAndPhase(source: Int, target: Int) throws {
    let seconds = 2
    func tone(_ rate: Int) -> [Float] {
      (0..<seconds * rate).map { 0.5 * Float(sin(2 * Double.pi * 1000 * Double($0) / Double(rate))) }
    }
    let output = try read(WaveFixture(tone(source), sampleRate: source), at: target)
    #expect(abs(output.count - seconds * target) <= 2)
    // The ends ring, as any band limit does; 5 LSB of 16384 are -70 dB.
    let expected = tone(target)
    let worst = (target / 10..<seconds * target - target / 10).map { abs(Float(output[$0]) - expected[$0] * 32768) }
      .max()
    #expect(try #require(worst) < 5)
  }

  @Test(arguments: [1, 7, 160, 20000]) func theBlockSizeMakesNoDifference(block: Int) throws {
    let samples = (0..<30000).map { Int16(truncatingIfNeeded: $0 &* $0 &* 31) }
    let wave = WaveFixture(samples, sampleRate: 22050, channels: 2)
    #expect(try read(wave, block: block) == read(wave))
  }

  @Test func manyChannelsAreConvertedToo() throws {
    let reader = try AudioReader(
      file: folder.file(
        "x.wav", WaveFixture([Int16](repeating: 100, count: 2 * 4410), sampleRate: 44100, channels: 2).bytes),
      sampleRate: 16000)
    #expect(reader.isConverted)
    #expect("\(reader.format)" == "44100 Hz, 2 channels")
    let samples = try allSamples(reader)
    #expect((1599...1600).contains(samples.count))
    #expect(samples[400..<1200].allSatisfy { $0 == 100 })
  }
}
