import Foundation
import Testing

@testable import DormouseAudio

@Suite("Bad audio") struct BadAudioTests {
  let folder = TemporaryFolder()

  /// The error of reading a file to its end, and what came before it.
  private func failure(_ path: String) -> (error: AudioError?, samples: Int) {
    var count = 0
    do {
      let reader = try AudioReader(file: path, sampleRate: 16000)
      var buffer = [Int16](repeating: 0, count: 512)
      while true {
        let got = try buffer.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
        if got == 0 { return (nil, count) }
        count += got
      }
    } catch {
      return (error as? AudioError, count)
    }
  }

  private func reason(_ name: String, _ data: Data) throws -> String? {
    try failure(folder.file(name, data)).error?.reason
  }

  @Test func missingFilesFoldersAndEmptyFilesAreNamed() throws {
    #expect(failure(folder.path + "/none.wav").error?.description == folder.path + "/none.wav: no such file")
    #expect(failure(folder.path).error?.reason == "is a directory, not a sound file")
    #expect(failure("/dev/null").error?.reason.hasPrefix("is not a regular file") == true)
    #expect(try reason("empty.wav", Data()) == "the file is empty")
  }

  @Test func filesThatAreNotAudioAreRefused() throws {
    #expect(try reason("x.wav", Data("just text, nothing to hear".utf8))?.hasPrefix("not a sound file") == true)
    #expect(try reason("x.wav", Data(repeating: 0xFF, count: 5000))?.hasPrefix("not a sound file") == true)
    #expect(try reason("x.flac", WaveFixture([Int16](repeating: 1, count: 9)).bytes.prefix(30)) != nil)
  }

  @Test func headersWithImpossibleFormatsAreRefused() throws {
    let samples = [Int16](repeating: 1, count: 100)
    #expect(try reason("x.wav", WaveFixture(samples, channels: 0).bytes) != nil)
    #expect(try reason("x.wav", WaveFixture(samples, sampleRate: 0).bytes) != nil)
    #expect(try reason("x.wav", WaveFixture(samples, sampleRate: 1).bytes)?.contains("sample rate of 1 Hz") == true)
    #expect(try reason("x.wav", WaveFixture(samples, sampleRate: 2_000_000_000).bytes)?.contains("sample rate") == true)
    #expect(
      try reason("x.wav", WaveFixture([Int16](repeating: 1, count: 650), channels: 65).bytes)?.contains("65 channels")
        == true)
    #expect(try reason("x.wav", WaveFixture([Int16]()).bytes) == "holds no samples")
  }

  @Test func aTruncatedWaveIsHeardToItsEndAndThenRefused() throws {
    let wave = WaveFixture([Int16](repeating: 5, count: 16000)).bytes
    let result = try failure(folder.file("x.wav", wave.prefix(wave.count / 2)))
    #expect(result.error?.reason == "truncated: 7989 of 16000 samples are there")
    #expect(result.samples == 7989)
  }

  @Test func aTruncatedWaveThatIsConvertedIsHeardToItsEndToo() throws {
    let wave = WaveFixture([Int16](repeating: 5, count: 16000), sampleRate: 8000).bytes
    let result = try failure(folder.file("x.wav", wave.prefix(wave.count / 2)))
    #expect(result.error?.reason == "truncated: 7989 of 16000 samples are there")
    #expect(abs(result.samples - 2 * 7989) <= 2)
  }

  @Test func aWaveThatWasStreamedWithoutALengthIsAccepted() throws {
    for promised in [0xFFFF_FFFF, 0x7FFF_FFFF] {
      var wave = WaveFixture([Int16](repeating: 5, count: 1600))
      wave.promised = promised
      let result = try failure(folder.file("x.wav", wave.bytes))
      #expect(result.error == nil)
      #expect(result.samples == 1600)
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func samplesThatAreNotNumbersAreRefused(bad: Float) throws {
    var samples = [Float](repeating: 0.1, count: 40000)
    samples[33333] = bad
    #expect(
      try reason("x.wav", WaveFixture(samples).bytes) == "sample 33333 is not a finite number; the recording is damaged"
    )
  }

  @Test func everyPrefixOfAWaveFileIsRefusedWithoutACrash() throws {
    let wave = WaveFixture((0..<200).map { Int16($0) }).bytes
    for length in 0..<wave.count {
      #expect(try reason("x.wav", wave.prefix(length)) != nil, "\(length) bytes")
    }
  }
}
