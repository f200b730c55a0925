import Dormouse
import Foundation
import Testing

@testable import DormouseImport
@testable import DormouseModel

@Suite("microWakeWord's manifest") struct MicroManifestTests {
  static let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../shared/data/models").standardizedFileURL

  static let example = """
    {"type": "micro", "wake_word": "Okay", "model": "okay.tflite", "version": 2,
     "micro": {"probability_cutoff": 0.97, "feature_step_size": 10, "sliding_window_size": 5, "tensor_arena_size": 9}}
    """

  func read(_ json: String) throws -> MicroManifest { try MicroManifest(json: Data(json.utf8)) }

  @Test func settingsFollowTheManifest() throws {
    let manifest = try read(Self.example)
    #expect(manifest.wakeWord == "Okay" && manifest.cutoff == 0.97)
    #expect(manifest.stepMilliseconds == 10 && manifest.window == 5)
    let settings = try manifest.settings(inputs: 120, quantization: Quantization(scale: 26.0 / 255, zeroPoint: -128))
    #expect(settings.labels == ["other", "Okay"])
    let detector = try #require(settings.detector)
    #expect(detector.stride == 3 && detector.smoothing == 5 && detector.keywords["Okay"]?.threshold == 0.97)
    guard case .micro(let frontEnd) = settings.frontEnd else {
      Issue.record("no micro front end")
      return
    }
    #expect(frontEnd.hopMilliseconds == 10 && abs(frontEnd.stepsPerLevel - 0.0390625 * 255 / 26) < 1e-12)
  }

  @Test func theFirstVersionHasOtherKeys() throws {
    let manifest = try read(
      #"{"wake_word": "Hey", "version": 1, "micro": {"probability_cutoff": 0.5, "sliding_window_average_size": 10}}"#)
    #expect(manifest.window == 10 && manifest.stepMilliseconds == 20)
  }

  @Test(arguments: [
    ("[]", "is not a JSON object"), ("{", "is not a JSON object"), (#"{"type": "porcupine"}"#, "type 'porcupine'"),
    (#"{"version": 3}"#, "version"), (#"{"version": 2}"#, "lacks 'micro'"), (#"{"micro": {}}"#, "wake_word"),
    (#"{"micro": {}, "wake_word": "other"}"#, "label of all other sounds"),
    (#"{"micro": {}, "wake_word": "a"}"#, "probability_cutoff"),
    (#"{"micro": {"probability_cutoff": 1.5}, "wake_word": "a"}"#, "at most 1"),
    (#"{"micro": {"probability_cutoff": 0.5}, "wake_word": "a"}"#, "sliding_window_size"),
    (#"{"micro": {"probability_cutoff": 0.5, "sliding_window_size": 65}, "wake_word": "a"}"#, "from 1 to 64"),
    (#"{"micro": {"probability_cutoff": 0.5, "sliding_window_size": 5}, "wake_word": "a"}"#, "feature_step_size"),
  ]) func wrongManifestsAreRefusedByKey(json: String, said: String) throws {
    let error = #expect(throws: ImportError.self) { try read(json) }
    #expect("\(try #require(error))".contains(said))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: models.path), "no models at \(models.path)"))
  func modelsWithManifestsBecomeImagesThatHear() throws {
    for name in ["okay_nabu", "vad"] {
      let tflite = try Data(contentsOf: Self.models.appendingPathComponent("\(name).tflite"))
      let manifest = try MicroManifest(json: Data(contentsOf: Self.models.appendingPathComponent("\(name).json")))
      let image = try LoadedImage(bytes: ModelConverter.image(tflite: tflite, manifest: manifest, name: name))
      defer { withExtendedLifetime(image) {} }
      #expect(image.labels == ["other", manifest.wakeWord])
      #expect(image.image.frontEnd.kind == LogMelRecord.micro && image.image.labelCount == 2)
      let arena = UnsafeMutableRawPointer.allocate(byteCount: image.image.arenaLength, alignment: 16)
      defer { arena.deallocate() }
      var spotter = try Spotter(image: image.image, arena: arena, arenaLength: image.image.arenaLength)
      let silence = [Int16](repeating: 0, count: 16000)
      var inferences = 0
      silence.withUnsafeBufferPointer { samples in
        var taken = 0
        while taken < samples.count {
          let progress = spotter.push(samples, from: taken)
          taken += progress.consumed
          if progress.inference { inferences += 1 }
          #expect(progress.detection == nil)
        }
      }
      #expect(inferences == 98 / Int(image.image.program.stride))
      #expect(spotter.score(of: 0) > 16384, "silence is no word")
    }
  }
}
