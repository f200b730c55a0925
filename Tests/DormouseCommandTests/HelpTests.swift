import Foundation
import Testing

@Suite("Help") struct HelpTests {
  static let commands = ["dormouse", "detect", "inspect", "convert", "export-c", "features", "evaluate", "bench"]

  /// To accept a new text: `COLUMNS=80 dormouse detect --help > Tests/DormouseCommandTests/Help/detect.txt`.
  @Test(arguments: commands) func theHelpTextIsTheOneInTheRepository(command: String) throws {
    let result = try CommandRunner.run(command == "dormouse" ? ["--help"] : [command, "--help"])
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
