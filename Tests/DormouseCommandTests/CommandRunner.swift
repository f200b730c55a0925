import Foundation

/// Runs the built command as a user does.
enum CommandRunner {
  /// What a run left.
  struct Result {
    var code: Int32
    var output: String
    var errors: String
  }

  /// The folder of this test target's sources.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  /// The program, which the build puts beside the test bundle.
  static let program: URL = {
    let places = [CommandLine.arguments[0], "/proc/self/exe", Bundle.main.executablePath ?? ""]
      .map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent() }
    let candidates = places.flatMap { [$0, $0.deletingLastPathComponent(), $0.appendingPathComponent("../../..")] }
      .map { $0.appendingPathComponent("dormouse").standardizedFileURL }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? candidates[0]
  }()

  /// Runs the command with `arguments` in the folder `directory`.
  static func run(
    _ arguments: [String], input: Data = Data(), directory: String? = nil, environment: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(["COLUMNS": "80", "DORMOUSE_MODELS": ""]) { $1 }.merging(environment) { $1 }
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    let pipes = (input: Pipe(), output: Pipe(), errors: Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (pipes.input, pipes.output, pipes.errors)
    try process.run()
    // The input of these tests fits into a pipe's buffer.
    try? pipes.input.fileHandleForWriting.write(contentsOf: input)
    try pipes.input.fileHandleForWriting.close()
    let output = try pipes.output.fileHandleForReading.readToEnd() ?? Data()
    let errors = try pipes.errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }
}

/// A folder with a hearing model, `heard.dormouse`, and recordings; removed with the last reference to it.
final class Workplace {
  let path: String

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dormouse-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path
    let converted = try CommandRunner.run(["convert", Workplace.fixture, "-o", path + "/heard.dormouse"])
    guard converted.code == 0 else { throw CocoaError(.fileReadUnknown, userInfo: ["errors": converted.errors]) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A small ONNX model with front end and detector in its metadata.
  static let fixture = CommandRunner.folder.appendingPathComponent("../DormouseImportTests/Fixtures/heard.onnx").path

  /// Names of the files in it, sorted.
  var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

  /// Writes a file, returns its path.
  func file(_ name: String, _ data: Data) throws -> String {
    try data.write(to: URL(fileURLWithPath: path + "/" + name))
    return path + "/" + name
  }

  /// Mono 16-bit noise of `seconds` at `sampleRate`, as raw samples: full scale, or quieter by `halvings`.
  static func noise(seconds: Int, sampleRate: Int = 16000, halvings: Int = 0) -> Data {
    var state: UInt32 = 7
    return Data(
      (0..<seconds * sampleRate).flatMap { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        let sample = Int16(truncatingIfNeeded: state >> 16) >> halvings
        return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
      })
  }

  /// The same as a WAV file.
  static func wave(_ samples: Data, sampleRate: Int = 16000, channels: Int = 1) -> Data {
    func field(_ value: Int, _ count: Int) -> Data { Data((0..<count).map { UInt8(value >> (8 * $0) & 255) }) }
    return Data("RIFF".utf8) + field(36 + samples.count, 4) + Data("WAVEfmt ".utf8) + field(16, 4) + field(1, 2)
      + field(channels, 2) + field(sampleRate, 4) + field(2 * channels * sampleRate, 4) + field(2 * channels, 2)
      + field(16, 2) + Data("data".utf8) + field(samples.count, 4) + samples
  }
}
