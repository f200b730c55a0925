import Foundation
import Testing

@Suite("Help") struct HelpTests {
  static let commands = [
    "dormouse", "detect", "inspect", "convert", "cascade", "export-c", "export", "flash", "features", "analog",
    "analog-design",
    "analog-trace", "evaluate", "simulate", "bench", "listen",
  ]

  /// A file's name has a dash where the command line has a space, but for `export-c`.
  private static func arguments(_ command: String) -> [String] {
    switch command {
    case "dormouse": ["--help"]
    case "export-c": [command, "--help"]
    default: command.split(separator: "-").map(String.init) + ["--help"]
    }
  }

  /// To accept a new text: `COLUMNS=80 dormouse detect --help > Tests/DormouseCommandTests/Help/detect.txt`.
  @Test(arguments: commands) func theHelpTextIsTheOneInTheRepository(command: String) throws {
    let result = try CommandRunner.run(Self.arguments(command))
    let golden = try String(
      contentsOf: CommandRunner.folder.appendingPathComponent("Help/\(command).txt"), encoding: .utf8)
    #expect(result.output == golden)
    #expect(result.code == 0)
    #expect(result.errors == "")
  }

  @Test(arguments: commands) func everyHelpTextHasAnExample(command: String) throws {
    let golden = try String(
      contentsOf: CommandRunner.folder.appendingPathComponent("Help/\(command).txt"), encoding: .utf8)
    #expect(golden.contains("Example: dormouse "))
  }
}
