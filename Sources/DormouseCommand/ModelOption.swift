import ArgumentParser

/// `--model`, the same in every command that hears.
struct ModelOption: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Image file, or the name of a model that came with Dormouse.",
      discussion: "Names are looked for in the folder DORMOUSE_MODELS, in models/, and beside the program.",
      valueName: "file-or-name"))
  var model = ModelLocation.standard

  /// The image, which has a front end.
  func load() throws -> Model {
    let found = try Model(path: ModelLocation.path(of: model))
    guard found.image.hasFrontEnd else {
      throw Failure("\(found.path): holds a bare network without a front end; it can't hear sound")
    }
    return found
  }
}
