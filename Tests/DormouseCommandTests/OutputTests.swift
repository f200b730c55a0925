import Foundation
import Testing

@Suite("Output") struct OutputTests {
  let workplace: Workplace
  let model: String
  let noise = Workplace.noise(seconds: 2)

  init() throws {
    workplace = try Workplace()
    model = workplace.path + "/heard.dormouse"
  }

  private func run(_ arguments: [String], input: Data = Data(), environment: [String: String] = [:]) throws -> String {
    let result = try CommandRunner.run(
      arguments, input: input, directory: workplace.path, environment: environment)
    #expect(result.code == 0, "\(result.errors)")
    return result.output
  }

  private func objects(_ output: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test func detectionsAndScoresAreJSONLines() throws {
    // The weights are random; soft noise and no threshold make them report something.
    let file = try workplace.file("noise.wav", Workplace.wave(Workplace.noise(seconds: 2, halvings: 7)))
    let lines = try objects(run(["detect", "-m", model, "--threshold", "0", "--scores", "--json", file]))
    let scores = lines.filter { $0["scores"] != nil }
    let detections = lines.filter { $0["label"] != nil }
    #expect(scores.count + detections.count == lines.count)
    let first = try #require(scores.first)
    #expect(first.keys.sorted() == ["file", "scores", "time"])
    #expect(((first["scores"] as? [String: Any]) ?? [:]).keys.sorted() == ["no", "silence", "unknown", "yes"])
    let detection = try #require(detections.first)
    #expect(detection.keys.sorted() == ["end", "file", "label", "score", "start", "time"])
    #expect(detection["file"] as? String == file)
    for detection in detections {
      let (start, end) = (try #require(detection["start"] as? Double), try #require(detection["end"] as? Double))
      #expect(0 <= start && start < end && end <= 2)
    }
  }

  @Test func rawSamplesAndAWaveFileGiveOneTranscript() throws {
    let file = try workplace.file("noise.wav", Workplace.wave(noise))
    let fromFile = try run(["detect", "-m", model, "--hash", file])
    #expect(try run(["detect", "-m", model, "--hash", "-"], input: noise) == fromFile)
    let lines = fromFile.split(separator: "\n").map(String.init)
    // 2 s are 1 + (32000 - 480) / 320 frames; the first inference follows 8 of them, then one each 5.
    #expect(
      lines.suffix(2).map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
        "frames 99", "inferences 19",
      ])
    #expect(lines.suffix(2).allSatisfy { $0.wholeMatch(of: /[a-z]+ \d+ hash [0-9a-f]{8}/) != nil })
  }

  @Test func aConversionIsSaidOnce() throws {
    let file = try workplace.file(
      "x.wav", Workplace.wave(Workplace.noise(seconds: 1, sampleRate: 88200), sampleRate: 44100, channels: 2))
    let result = try CommandRunner.run(["detect", "-m", model, file])
    #expect(result.errors == "\(file): converted from 44100 Hz, 2 channels\n")
    #expect(result.code == 0)
  }

  @Test func featuresArePrintedAsJSONAndAsNumpyAlike() throws {
    let file = try workplace.file("noise.wav", Workplace.wave(noise))
    let text = try run(["features", "-m", model, file])
    let rows = text.split(separator: "\n").map { $0.split(separator: " ").compactMap { Int($0) } }
    #expect(rows.count == 99)
    #expect(rows.allSatisfy { $0.count == 10 })
    let object = try #require(try objects(run(["features", "-m", model, "--json", file])).first)
    #expect(object.keys.sorted() == ["bands", "features", "frames", "hop", "sample_rate", "window"])
    #expect(object["features"] as? [[Int]] == rows)
    _ = try run(["features", "-m", model, "-o", "x.npy", file])
    let numpy = try [UInt8](Data(contentsOf: URL(fileURLWithPath: workplace.path + "/x.npy")))
    #expect(Array(numpy.prefix(8)) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    let header = 10 + Int(numpy[8]) + 256 * Int(numpy[9])
    #expect(header % 64 == 0)
    #expect(String(decoding: numpy[10..<header], as: UTF8.self).contains("'shape': (99, 10)"))
    #expect(numpy[header...].map { Int(Int8(bitPattern: $0)) } == rows.flatMap { $0 })
  }

  @Test func anImageIsInspectedAsATableAndAsJSON() throws {
    let object = try #require(try objects(run(["inspect", "--json", model])).first)
    #expect(object.keys.sorted() == ["front_end", "keywords", "labels", "layers", "name", "totals", "version"])
    #expect(object["labels"] as? [String] == ["yes", "no", "unknown", "silence"])
    let totals = try #require(object["totals"] as? [String: Int])
    let size = try Data(contentsOf: URL(fileURLWithPath: model)).count
    #expect(totals["flash"] == size)
    let table = try run(["inspect", model])
    #expect(table.contains("flash \(size) bytes"))
    #expect(table.contains("dense"))
  }

  @Test func cFilesAreNamedAfterTheModelOrAsAsked() throws {
    #expect(try run(["export-c", model, "-o", "."]) == "./fixture_image.h\n./fixture_image.c\n")
    let object = try #require(try objects(run(["export-c", model, "-o", ".", "--name", "hey", "--json"])).first)
    #expect(object as? [String: String] == ["header": "./hey_image.h", "source": "./hey_image.c"])
    #expect(workplace.files.contains("hey_image.c"))
  }

  @Test func speedIsMeasuredForEveryLayer() throws {
    let object = try #require(try objects(run(["bench", "-m", model, "--seconds", "0.01", "--json"])).first)
    #expect(object.keys.sorted() == ["front_end", "instruction_set", "layers", "name", "network", "realtime_factor"])
    #expect((object["layers"] as? [[String: Any]])?.count == 2)
    #expect(try #require(object["realtime_factor"] as? Double) > 0)
  }

  @Test func modelsAreFoundByName() throws {
    let folder = workplace.path + "/models/heard"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: model, toPath: folder + "/heard.dormouse")
    #expect(try run(["inspect", "heard"]).hasPrefix("fixture"))
    let result = try CommandRunner.run(
      ["inspect", "heard"], directory: "/", environment: ["DORMOUSE_MODELS": workplace.path + "/models"])
    #expect(result.output.hasPrefix("fixture"))
  }
}
