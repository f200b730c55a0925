import Foundation

/// Other people's runtimes, run by the Python tools.
enum Peers {
  /// Why a peer could not be asked.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The interpreter of the private environment that `tools/setup` makes (`DORMOUSE_PYTHON_ENV` names another); nil if
  /// there is none.
  static var python: URL? {
    let environment = ProcessInfo.processInfo.environment
    let named = environment["DORMOUSE_PYTHON_ENV"].map { [URL(fileURLWithPath: $0)] }
    let cache =
      environment["XDG_CACHE_HOME"].map { URL(fileURLWithPath: $0) }
      ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache")
    let folder = cache.appendingPathComponent("dormouse")
    let made = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return (named ?? made.filter { $0.lastPathComponent.hasPrefix("python-") })
      .filter { FileManager.default.fileExists(atPath: $0.appendingPathComponent("complete").path) }
      .map { $0.appendingPathComponent("bin/python") }.first
  }

  /// Runs a script of the repository.
  static func run(_ script: String, _ arguments: [String]) throws {
    guard let python else { throw Failure(description: "no Python environment") }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let process = Process()
    process.executableURL = python
    process.arguments = [root.appendingPathComponent(script).path] + arguments
    let errors = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "\(script): \(text.suffix(500))") }
  }

  /// What `make` writes to the file that it is given.
  static func temporary(_ make: (URL) throws -> Void) throws -> Data {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("dormouse-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try make(file)
    return try Data(contentsOf: file)
  }

  /// The elements of a NumPy file of `count` int8 values.
  static func array(_ url: URL, count: Int) throws -> [Int8] {
    let data = try Data(contentsOf: url)
    guard data.count > count, data.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw Failure(description: "\(url.path) holds no \(count) int8 values")
    }
    return data.suffix(count).map { Int8(bitPattern: $0) }
  }
}
