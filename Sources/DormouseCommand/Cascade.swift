import ArgumentParser
import DormouseModel
import Foundation

/// `dormouse cascade`
struct Cascade: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Join two images: a cheap network that always runs, and one that verifies its unsure answers.",
    discussion: """
      Both must hear the same frames and know the same labels. The first network's answer stands if its highest logit is \
      at least a margin above the second highest; otherwise the verifier runs and its answer counts. Margins are steps of \
      the first network's logits: 0 is never, 256 is always.

      Example: dormouse cascade commands-binary commands-temporal --keyword-margin 256 --other-margin 20 -o both.dormouse
      """)

  @Option(name: [.short, .long], help: ArgumentHelp("The image to write.", valueName: "image"))
  var output: String

  @Option(help: ArgumentHelp("Verify keywords below this margin.", valueName: "steps"))
  var keywordMargin = 256

  @Option(help: ArgumentHelp("Verify all other answers below this margin.", valueName: "steps"))
  var otherMargin = 20

  @Option(name: [.short, .long], help: "What the cascade is called, instead of the first model's name.")
  var name: String?

  @Flag(help: "Print what was written as one JSON object.")
  var json = false

  @Argument(help: ArgumentHelp("Image of the network that always runs.", valueName: "first"))
  var first: String

  @Argument(help: ArgumentHelp("Image of the network that verifies.", valueName: "verifier"))
  var verifier: String

  private struct Report: Encodable {
    let output: String
    let flash: Int
    let arena: Int
  }

  func run() throws {
    let models = try [first, verifier].map { try Model(path: ModelLocation.path(of: $0)) }
    defer { withExtendedLifetime(models) {} }
    let writer = CascadeWriter(keywordMargin: keywordMargin, otherMargin: otherMargin, name: name)
    let bytes: [UInt8]
    do {
      bytes = try writer.join(models[0].image, models[1].image)
    } catch {
      throw Failure("\(models[0].path), \(models[1].path): \(error)")
    }
    let joined = try LoadedImage(bytes: bytes)
    defer { withExtendedLifetime(joined) {} }
    try AtomicFile.write(bytes, to: output)
    let arena = joined.image.arenaLength
    if json {
      try Console.say(json: Report(output: output, flash: bytes.count, arena: arena))
    } else {
      Console.say("\(output): \(joined.name), \(bytes.count) bytes of flash, \(arena) of arena")
    }
  }
}
