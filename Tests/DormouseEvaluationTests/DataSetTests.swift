import Foundation
import Testing

@testable import DormouseEvaluation

/// A folder that is removed with the last reference to it.
private final class Folder {
  let path: String

  init(_ files: [String]) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("evaluation-\(UUID().uuidString)").path
    for file in files {
      let url = URL(fileURLWithPath: path + "/" + file)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data([0]).write(to: url)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
  }
}

@Suite("Data set") struct DataSetTests {
  @Test func aFolderHoldsAFolderAClassAndWhatIsNoSoundIsPassedOver() throws {
    let folder = try Folder([
      "yes/b.wav", "yes/a.wav", "no/c.flac", "no/.hidden", "no/README.md", "no/deeper/d.opus", "LICENSE",
    ])
    let data = try DataSet(path: folder.path + "/")
    #expect(data.recordings.map(\.name) == ["no/c.flac", "no/deeper/d.opus", "yes/a.wav", "yes/b.wav"])
    #expect(data.recordings.map(\.label) == ["no", "no", "yes", "yes"])
    #expect(data.skipped.isEmpty)
  }

  @Test func linksAreFollowedAndLoopsEnd() throws {
    let other = try Folder(["clips/a.wav"])
    let folder = try Folder(["no/b.wav"])
    try folder.link("yes", to: other.path + "/clips")
    try folder.link("no/again", to: folder.path + "/no")
    #expect(try DataSet(path: folder.path).recordings.map(\.name) == ["no/b.wav", "yes/a.wav"])
  }

  @Test func negativesAreAllThereIsBelow() throws {
    let folder = try Folder(["a/b/c.opus", "d.wav"])
    var data = DataSet()
    try data.addNegatives(in: folder.path)
    #expect(data.recordings.map(\.name) == ["a/b/c.opus", "d.wav"])
    #expect(data.recordings.allSatisfy { $0.label == nil })
  }

  @Test func whatHoldsNothingIsRefused() throws {
    let empty = try Folder(["yes/README.md"])
    let flat = try Folder(["a.wav"])
    for (path, words) in [
      (empty.path, "holds no recordings"), (flat.path, "holds no folders"),
      (flat.path + "/none", "no such file or folder"), (flat.path + "/a.wav", "is no text"),
    ] {
      #expect {
        try DataSet(path: path)
      } throws: {
        "\($0)".contains(words) && "\($0)".hasPrefix(path)
      }
    }
  }
}

@Suite("Classes") struct ClassMapTests {
  let labels = ["yes", "no", "unknown", "silence"]

  @Test func classesOfTheDataAreLabelsOfTheModel() throws {
    let map = try ClassMap(labels: labels, keywords: [0, 1])
    let names = ["yes", "no", "marvin", "_unknown_", "silence", "_silence_", "_background_noise_"]
    #expect(try names.map(map.label(of:)) == [0, 1, 2, 2, 3, 3, 3])
  }

  @Test func aClassWithoutALabelNeedsUnknown() throws {
    let map = try ClassMap(labels: ["yes", "no"], keywords: [0])
    #expect(try map.label(of: "no") == 1)
    #expect(throws: EvaluationError.self) { try map.label(of: "marvin") }
  }

  @Test func aTaskMakesOtherKeywordsUnknown() throws {
    let map = try ClassMap(labels: labels, keywords: [0, 1], task: EvaluationTask("no"))
    #expect(map.keywords == [1])
    #expect(map.answers == [2, 1, 2, 3])
    #expect(try map.label(of: "yes") == 2)
  }

  @Test func aTaskThatTheModelCannotDoIsRefused() {
    #expect(throws: EvaluationError.self) {
      try ClassMap(labels: labels, keywords: [0, 1], task: EvaluationTask("zero"))
    }
    #expect(EvaluationTask("yes,,no") == nil)
    #expect(EvaluationTask("yes,yes") == nil)
    #expect(EvaluationTask("commands")?.keywords.count == 6)
  }
}
