import ArgumentParser
import Dormouse
import DormouseModel
import Foundation

/// `dormouse features`
struct Features: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compute the features that a model sees, as the device computes them.",
    discussion: """
      Prints the matrix, a frame a line, or writes it to an .npy file: int8, [frames, bands], or
      [frames, channels] of 0 and 1 from an analog-binary front end.

      Example: dormouse features recording.wav -o features.npy
      """)

  @OptionGroup var model: ModelOption
  @OptionGroup var audio: AudioOptions

  @Option(name: [.short, .long], help: ArgumentHelp("Write to this .npy file instead of printing.", valueName: "npy"))
  var output: String?

  @Flag(help: "Print one JSON object: sample rate, window and hop in samples, frames, bands, features.")
  var json = false

  @Argument(help: ArgumentHelp("Recording; - is standard input.", valueName: "file"))
  var file: String

  func validate() throws {
    if output != nil && json { throw ValidationError("--json prints; it doesn't go with --output.") }
  }

  private struct Report: Encodable {
    let sampleRate: Int
    let window: Int
    let hop: Int
    let frames: Int
    let bands: Int
    let features: [[Int8]]
  }

  func run() throws {
    let loaded = try model.load()
    defer { withExtendedLifetime(loaded) {} }
    let shape = loaded.image.frontEnd
    let reader = try audio.open(file, sampleRate: shape.sampleRate)
    let bands = shape.features
    let matrix = try FeatureMatrix.compute(reader, loaded)
    let frames = matrix.count / bands
    if let output {
      try AtomicFile.write(NumpyFile.bytes(matrix, rows: frames, columns: bands), to: output)
      return
    }
    let rows = stride(from: 0, to: matrix.count, by: bands).map { Array(matrix[$0..<$0 + bands]) }
    if json {
      try Console.say(
        json: Report(
          sampleRate: shape.sampleRate, window: shape.window, hop: shape.hop, frames: frames, bands: bands,
          features: rows))
    } else {
      for row in rows { Console.say(row.map(String.init).joined(separator: " ")) }
    }
  }
}
