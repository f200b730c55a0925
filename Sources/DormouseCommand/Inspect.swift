import ArgumentParser
import Dormouse
import DormouseModel
import Foundation

/// `dormouse inspect`
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a model image holds: its layers, shapes and costs.",
    discussion: """
      A row a layer: operation, output shape, encoding, kernel, multiplications (MACs), bytes of flash, and where the \
      output lies in the arena and how long. Then the totals.

      Example: dormouse inspect commands-temporal
      """)

  @Flag(help: "Print one JSON object.")
  var json = false

  @Argument(help: ArgumentHelp("Image file, or the name of a model that came with Dormouse.", valueName: "image"))
  var image: String

  func run() throws {
    let model = try Model(path: ModelLocation.path(of: image))
    let table = LayerTable(model.image)
    if json {
      try Console.say(json: ImageReport(table, model.image))
    } else {
      for line in ImageReport(table, model.image).lines { Console.say(line) }
    }
  }
}
