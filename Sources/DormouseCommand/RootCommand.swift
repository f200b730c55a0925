import ArgumentParser
import Foundation

/// `dormouse`: hears words in recordings, and makes, inspects and measures the models that hear them.
@main
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dormouse",
    abstract: "Spot keywords in sound, and work with the models that do it.",
    discussion: """
      Example: dormouse detect recording.wav

      Exit codes: 0 done, 1 failed (one line on standard error says why), 2 wrong usage.
      """,
    subcommands: [
      Detect.self, Listen.self, Inspect.self, Convert.self, Cascade.self, ExportC.self, Export.self, Flash.self,
      Features.self, Analog.self, Evaluate.self, Simulate.self, Bench.self,
    ])

  /// Parses, runs, and turns errors into one line and an exit code.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
      try Console.finish()
    } catch {
      switch exitCode(for: error) {
      case .success: exit(withError: error)
      case .validationFailure:
        Console.complain(fullMessage(for: error))
        Foundation.exit(2)
      default:
        try? Console.finish()
        if !(error is ExitCode) { Console.complain("dormouse: \(error)") }
        Foundation.exit(1)
      }
    }
  }
}
