import ArgumentParser

/// `--model`, the same in every command that hears.
struct ModelOption: ParsableArguments {
  /// What every such option says.
  static let help = ArgumentHelp(
    "Image file, or the name of a model that came with Dormouse.",
    discussion: "Names are looked for in the folder DORMOUSE_MODELS, in models/, and beside the program.",
    valueName: "file-or-name")

  @Option(name: [.short, .long], help: ModelOption.help)
  var model = ModelLocation.standard

  /// The image, which has a front end.
  func load() throws -> Model { try ModelOption.load(model) }

  /// The image that such an option names, which has a front end.
  static func load(_ name: String) throws -> Model {
    let found = try Model(path: ModelLocation.path(of: name))
    guard found.image.hasFrontEnd else {
      throw Failure("\(found.path): holds a bare network without a front end; it can't hear sound")
    }
    return found
  }
}
