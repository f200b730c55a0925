import ArgumentParser
import Dormouse
import Foundation

/// `dormouse bench`
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast this machine hears.",
    discussion: """
      Hears generated noise on one core: the whole machine in times real time, then a frame of the front end, an \
      inference, and each layer of the network.

      Example: dormouse bench --seconds 5 --json
      """)

  @OptionGroup var model: ModelOption

  @Option(help: ArgumentHelp("Time to spend on each of the measurements, about.", valueName: "seconds"))
  var seconds = 1.0

  @Flag(help: "Print one JSON object; durations are nanoseconds.")
  var json = false

  func validate() throws {
    if !(0.001...3600).contains(seconds) { throw ValidationError("--seconds must be 0.001 to 3600.") }
  }

  func run() throws {
    let measured = try Measurement(model.load(), seconds: seconds)
    if json {
      try Console.say(json: measured)
      return
    }
    Console.say("model             \(measured.name)")
    Console.say("instruction set   \(measured.instructionSet)")
    Console.say(String(format: "whole machine     %.0f times real time", measured.realtimeFactor))
    Console.say(String(format: "front end         %.2f us a frame", measured.frontEnd / 1000))
    Console.say(String(format: "network           %.2f us an inference", measured.network / 1000))
    for layer in measured.layers {
      let operation = layer.operation.padding(toLength: 14, withPad: " ", startingAt: 0)
      Console.say(
        String(
          format: "  layer %3d  %@ %9.2f us  %4.1f %%", layer.index, operation, layer.time / 1000, layer.share * 100))
    }
  }
}
