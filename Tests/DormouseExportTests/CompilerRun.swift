import Foundation

/// A program run to its end.
struct CompilerRun {
  let status: Int32
  /// Standard output and standard error together.
  let output: String

  /// Runs `program`, which is looked up on PATH.
  init(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    status = process.terminationStatus
    output = String(decoding: data, as: UTF8.self)
  }

  /// Whether `program` is on PATH.
  static func finds(_ program: String) -> Bool {
    (try? CompilerRun(program, ["--version"]))?.status == 0
  }
}
