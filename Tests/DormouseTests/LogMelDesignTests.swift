import Foundation
import Testing

@testable import Dormouse
@testable import DormouseModel

@Suite("Front-end settings") struct LogMelDesignTests {
  static func problem(_ json: String) -> String {
    do {
      _ = try LogMelDesign(LogMelSettings(json: Data(json.utf8)))
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    (#"{"sample_rate": 44100}"#, "sample_rate is 44100"), (#"{"fft": 300}"#, "fft is 300"),
    (#"{"window_ms": 40}"#, "window_ms is 40"), (#"{"window_ms": 0}"#, "window_ms is 0"),
    (#"{"window_ms": 9223372036854775807}"#, "window_ms is"), (#"{"hop_ms": 31}"#, "hop_ms is 31"),
    (#"{"hop_ms": 0}"#, "hop_ms is 0"), (#"{"hop_ms": -5}"#, "hop_ms is -5"), (#"{"bands": 9}"#, "bands is 9"),
    (#"{"bands": 81}"#, "bands is 81"), (#"{"high_hz": 8001}"#, "high_hz is 8001"),
    (#"{"low_hz": 7600}"#, "low_hz is 7600"), (#"{"low_hz": -1}"#, "low_hz is -1"),
    (#"{"bands": 80, "fft": 256, "window_ms": 16, "hop_ms": 10}"#, "holds no FFT bin"),
    (#"{"low_hz": 1000, "high_hz": 1010}"#, "holds no FFT bin"), (#"{"origin": 65}"#, "origin is 65"),
    (#"{"steps_per_octave": 0}"#, "steps_per_octave is 0"), (#"{"zero_point": 128}"#, "zero_point is 128"),
    (#"{"kind": "mfcc"}"#, "kind 'mfcc' is unknown"), (#"{"bnads": 40}"#, "unknown key 'bnads'"),
    (#"{"bands": "many"}"#, "'bands'"), (#"{"bands": 40.5}"#, "'bands'"), ("[]", "expected a JSON object"),
    ("{", "expected a JSON object"), ("", "expected a JSON object"),
  ])
  func impossibleSettingsAreRefusedInPlainWords(json: String, words: String) {
    let text = LogMelDesignTests.problem(json)
    #expect(text.hasPrefix("front-end settings: "))
    #expect(text.contains(words), "got: \(text)")
  }

  @Test func absentKeysTakeTheDefaults() throws {
    let settings = try LogMelSettings(json: Data("{}".utf8))
    #expect(settings == LogMelSettings())
    #expect(settings.window == 480 && settings.hop == 320)
    let copy = try LogMelSettings(json: JSONEncoder().encode(settings))
    #expect(copy == settings)
  }

  @Test func theRecordSaysWhatTheSettingsSay() throws {
    let record = try Ear().record
    #expect(record.sampleRate == 16000 && record.window == 480 && record.hop == 320 && record.fftLength == 512)
    #expect(record.bands == 40 && record.lowFrequency == 60 && record.highFrequency == 7600)
    #expect(record.origin == 26 * 65536 + 32768 && record.zeroPoint == 0)
    let scale = Double(record.scaleMultiplier) * pow(2, Double(record.scaleShift) - 31) * 65536
    #expect(abs(scale - 6.5) < 1e-8)
  }
}
