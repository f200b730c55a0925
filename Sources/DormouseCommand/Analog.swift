import ArgumentParser
import DormouseAnalog
import DormouseModel
import Foundation

/// `dormouse analog`
struct Analog: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Design a board of analog filters and comparators, and see what it hears.",
    discussion: """
      The board hands a microcontroller one bit a channel and window; it is simulated in double precision.

      Example: dormouse analog trace recording.wav
      """,
    subcommands: [AnalogDesign.self, AnalogTraceCommand.self])
}

/// Which board: the same in both commands.
struct BoardOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Channels of the standard bank, where there is no settings file: 8, 16, 32 or 64."))
  var channels: Int?

  @Option(help: ArgumentHelp("Draw random parts within their tolerance instead of perfect ones.", valueName: "seed"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Standard deviation of the comparators' offset, in volts, where --seed draws parts.", valueName: "volts"))
  var offset = 0.0

  /// The board that a settings file describes, or a standard one.
  func board(_ settings: String?) throws -> AnalogBoard {
    if settings != nil && channels != nil {
      throw ValidationError("--channels is for the standard bank; a settings file has channels of its own.")
    }
    guard offset >= 0, offset.isFinite else { throw ValidationError("--offset must be 0 or more.") }
    var board: AnalogBoard
    if let settings {
      let data = try InputFile.read(settings, limit: 1 << 20)
      do {
        board = try AnalogBoard(json: data)
      } catch {
        throw Failure("\(settings): \(error)")
      }
    } else {
      var standard = AnalogBinarySettings()
      standard.channels = channels ?? standard.channels
      board = try AnalogBoard(realising: standard)
    }
    guard let seed else { return board }
    var tolerances = Tolerances()
    tolerances.offset = offset
    board = board.drawn(tolerances, seed: seed)
    return board
  }
}
