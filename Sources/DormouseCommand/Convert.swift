import ArgumentParser
import DormouseImport
import DormouseModel
import Foundation

/// `dormouse convert`
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn a quantized ONNX or TensorFlow Lite model into a model image.",
    discussion: """
      Labels, front end and detector come from an ONNX file's metadata (dormouse.labels, ...), or from a JSON file with \
      the keys name, version, labels, front_end and detector, whose entries win.

      Example: dormouse convert model.onnx -o model.dormouse
      """)

  @Option(name: [.short, .long], help: ArgumentHelp("The image to write.", valueName: "image"))
  var output: String

  @Option(name: [.short, .long], help: ArgumentHelp("JSON file with settings.", valueName: "json"))
  var settings: String?

  @Option(
    help: ArgumentHelp("microWakeWord's JSON beside a .tflite: front end, cut-off, window.", valueName: "json"))
  var manifest: String?

  @Flag(help: "Print what was written as one JSON object.")
  var json = false

  @Argument(help: ArgumentHelp("Quantized model, .onnx or .tflite.", valueName: "model"))
  var model: String

  private struct Report: Encodable {
    let output: String
    let name: String
    let version: String
    let labels: [String]
    let flash: Int
    let arena: Int
  }

  func run() throws {
    let content = try InputFile.read(model, limit: InputFile.onnxLimit)
    let name = URL(fileURLWithPath: model).deletingPathExtension().lastPathComponent
    let image: [UInt8]
    do {
      if let manifest = try readManifest() {
        image = try ModelConverter.image(tflite: content, manifest: manifest, settings: readSettings(), name: name)
      } else {
        image = try ModelConverter.image(file: content, settings: readSettings(), name: name)
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure("\(model): \(error)")
    }
    // What is written must be what every device accepts.
    let loaded: LoadedImage
    do {
      loaded = try LoadedImage(bytes: image)
    } catch {
      throw Failure("\(model): converts to an image that does not validate: \(error.plainWords)")
    }
    defer { withExtendedLifetime(loaded) {} }
    try AtomicFile.write(image, to: output)
    let arena = loaded.image.arenaLength
    if json {
      try Console.say(
        json: Report(
          output: output, name: loaded.name, version: loaded.version, labels: loaded.labels, flash: image.count,
          arena: arena))
    } else {
      Console.say("\(output): \(loaded.name) \(loaded.version), \(image.count) bytes of flash, \(arena) of arena")
    }
  }

  private func readManifest() throws -> MicroManifest? {
    guard let manifest else { return nil }
    let json = try InputFile.read(manifest, limit: 1 << 20)
    do {
      return try MicroManifest(json: json)
    } catch {
      throw Failure("\(manifest): \(error)")
    }
  }

  private func readSettings() throws -> ModelSettings {
    guard let settings else { return ModelSettings() }
    let json = try InputFile.read(settings, limit: 1 << 20)
    do {
      return try ModelSettings(json: json)
    } catch {
      throw Failure("\(settings): \(error)")
    }
  }
}
