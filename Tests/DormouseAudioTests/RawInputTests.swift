import Foundation
import Testing

@testable import DormouseAudio

@Suite("Raw samples") struct RawInputTests {
  /// Reads `bytes` through a pipe that a second thread fills in pieces of `piece` bytes.
  private func read(_ bytes: [UInt8], piece: Int, channels: Int = 1) throws -> [Int16] {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let (source, sink) = (ends[0], ends[1])
    defer { close(source) }
    Thread.detachNewThread {
      for start in stride(from: 0, to: bytes.count, by: piece) {
        _ = Array(bytes[start..<min(start + piece, bytes.count)]).withUnsafeBytes {
          write(sink, $0.baseAddress, $0.count)
        }
      }
      close(sink)
    }
    let format = AudioFormat(sampleRate: 16000, channels: channels)
    return try allSamples(AudioReader(raw: source, name: "standard input", format: format, sampleRate: 16000))
  }

  @Test(arguments: [1, 3, 64, 100_000]) func howAPipeCutsTheBytesMakesNoDifference(piece: Int) throws {
    let samples = (0..<5000).map { Int16(truncatingIfNeeded: $0 &* 12345) }
    let bytes = samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    #expect(try read(bytes, piece: piece) == samples)
  }

  @Test func channelsAreAveraged() throws {
    #expect(try read([10, 0, 20, 0, 0, 1, 0, 0], piece: 3, channels: 2) == [15, 128])
  }

  @Test func endingInTheMiddleOfASampleIsAnError() throws {
    #expect(throws: AudioError("standard input", "truncated: ends in the middle of a sample")) {
      try read([1, 2, 3], piece: 8)
    }
  }

  @Test func nothingAtAllIsAnError() throws {
    #expect(throws: AudioError("standard input", "holds no samples")) { try read([], piece: 1) }
  }

  @Test func aWaveFileOnStandardInputIsPointedOut() throws {
    let wave = Array(WaveFixture([Int16](repeating: 1, count: 100)).bytes)
    let error = #expect(throws: AudioError.self) { try read(wave, piece: 4096) }
    #expect(error?.reason.contains("is a WAV file") == true)
  }
}
