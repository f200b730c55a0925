import Foundation
import Testing

@Suite("Committed models") struct CommittedModelTests {
  static let models = CommandRunner.folder.appendingPathComponent("../../models").standardizedFileURL

  /// Names of the folders in `models/` that hold an image; a float model has none.
  static let images: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: models.path)) ?? []
    return names.filter { exists($0, "dormouse") }.sorted()
  }()

  /// Those that were converted, and those that were joined.
  static let names = images.filter { exists($0, "onnx") }
  static let cascades = images.filter { !exists($0, "onnx") }

  private static func exists(_ name: String, _ suffix: String) -> Bool {
    FileManager.default.fileExists(atPath: models.path + "/\(name)/\(name).\(suffix)")
  }

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

  /// Fails when one of the two networks changed and they were not joined again.
  @Test(arguments: cascades) func theCascadeIsWhatItsNetworksJoinTo(name: String) throws {
    struct Description: Decodable {
      let first: String
      let verifier: String
      let keywordMargin: Int
      let otherMargin: Int
    }
    let path = Self.models.path + "/\(name)/\(name)"
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let description = try decoder.decode(
      Description.self, from: Data(contentsOf: URL(fileURLWithPath: path + ".json")))
    let written = FileManager.default.temporaryDirectory.path + "/dormouse-\(UUID().uuidString).dormouse"
    defer { try? FileManager.default.removeItem(atPath: written) }
    let parts = [description.first, description.verifier].map { Self.models.path + "/\($0)/\($0).dormouse" }
    let result = try CommandRunner.run(
      ["cascade"] + parts + [
        "--keyword-margin", "\(description.keywordMargin)", "--other-margin", "\(description.otherMargin)", "--name",
        name, "-o", written,
      ])
    #expect(result.code == 0, "\(result.errors)")
    #expect(FileManager.default.contentsEqual(atPath: written, andPath: path + ".dormouse"), "join it again")
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
