import Foundation
import Testing

@Suite("Committed models") struct CommittedModelTests {
  static let models = CommandRunner.folder.appendingPathComponent("../../models").standardizedFileURL

  /// Names of the folders in `models/` that hold an image; a float model has none.
  static let names: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: models.path)) ?? []
    return names.filter { FileManager.default.fileExists(atPath: models.path + "/\($0)/\($0).dormouse") }.sorted()
  }()

  /// Fails when the image format or the planner changed and the images were not converted again.
  @Test(arguments: names) func theImageIsWhatTheONNXFileConvertsTo(name: String) throws {
    let path = Self.models.path + "/\(name)/\(name)"
    let written = FileManager.default.temporaryDirectory.path + "/dormouse-\(UUID().uuidString).dormouse"
    defer { try? FileManager.default.removeItem(atPath: written) }
    let result = try CommandRunner.run(["convert", path + ".onnx", "-o", written])
    #expect(result.code == 0, "\(result.errors)")
    let same = FileManager.default.contentsEqual(atPath: written, andPath: path + ".dormouse")
    #expect(same, "convert it again: dormouse convert models/\(name)/\(name).onnx -o models/\(name)/\(name).dormouse")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: models.path + "/../demo/words.json")))
  func theDefaultModelHearsTheWordsOfTheDemoAndNothingElse() throws {
    struct Words: Decodable { let say: String }
    struct Line: Decodable { let label: String }
    let demo = Self.models.deletingLastPathComponent().path + "/demo"
    let words = try JSONDecoder().decode(Words.self, from: Data(contentsOf: URL(fileURLWithPath: demo + "/words.json")))
    let result = try CommandRunner.run(["detect", "--json", demo + "/words.flac"], directory: demo)
    #expect(result.code == 0, "\(result.errors)")
    let heard = try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8)).label
    }
    #expect(heard.joined(separator: " ") == words.say)
  }
}
