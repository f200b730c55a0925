import ArgumentParser

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
    defer { withExtendedLifetime(model) {} }
    let report = ImageReport(model.image)
    if json {
      try Console.say(json: report)
    } else {
      for line in report.lines { Console.say(line) }
    }
  }
}
