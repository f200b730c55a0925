import ArgumentParser
import DormouseExport
import DormouseModel
import Foundation

/// `dormouse export-c`
struct ExportC: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export-c",
    abstract: "Write a model image as a C array with its header.",
    discussion: """
      Example: dormouse export-c model.dormouse -o firmware/generated
      """)

  @Option(name: [.short, .long], help: ArgumentHelp("Folder to write to; it must exist.", valueName: "folder"))
  var output: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("What file names and C names begin with, instead of the model's name.", valueName: "name"))
  var name: String?

  @Flag(help: "Print the paths of the files as one JSON object.")
  var json = false

  @Argument(help: ArgumentHelp("Image file, or the name of a model that came with Dormouse.", valueName: "image"))
  var image: String

  private struct Report: Encodable {
    let header: String
    let source: String
  }

  func run() throws {
    let model = try Model(path: ModelLocation.path(of: image))
    defer { withExtendedLifetime(model) {} }
    let paths = try CArrayExport(model.loaded, name: name).write(into: output)
    if json {
      try Console.say(json: Report(header: paths[0], source: paths[1]))
    } else {
      for path in paths { Console.say(path) }
    }
  }
}
