import Testing

@testable import DormouseAudio

@Suite("Sample formats of devices") struct CaptureFormatTests {
  /// Half of full scale, a quarter below zero.
  private static let bytes: [CaptureFormat.Sample: [UInt8]] = [
    .int16: [0x00, 0x40, 0x00, 0xE0],
    .int32: [0, 0, 0, 0x40, 0, 0, 0, 0xE0],
    .float32: [0, 0, 0, 0x3F, 0, 0, 0x80, 0xBE],
    // The highest byte is rubbish.
    .int24: [0, 0, 0x40, 0x5A, 0, 0, 0xE0, 0x5A],
    .packedInt24: [0, 0, 0x40, 0, 0, 0xE0],
    .uint8: [0xC0, 0x60],
  ]

  @Test(arguments: CaptureFormat.Sample.allCases) func samplesOfEveryFormatMeanTheSame(sample: CaptureFormat.Sample) {
    let bytes = Self.bytes[sample]!
    #expect(bytes.count == 2 * sample.length)
    var floats: [Float] = [9, 9]
    CaptureFormat(sample: sample, sampleRate: 16000, channels: 1).mix(bytes, frames: 2, through: &floats)
    #expect(floats == [0.5, -0.25])
    CaptureFormat(sample: sample, sampleRate: 16000, channels: 2).mix(bytes, frames: 1, through: &floats)
    #expect(floats[0] == 0.125)
  }

  @Test func whatIsNotANumberIsSilence() {
    let bytes: [UInt8] = [0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0x7F]
    var floats: [Float] = [9, 9]
    CaptureFormat(sample: .float32, sampleRate: 16000, channels: 1).mix(bytes, frames: 2, through: &floats)
    #expect(floats == [0, 0])
  }
}
