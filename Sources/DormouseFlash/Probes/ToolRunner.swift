import Foundation

/// Runs programs without a shell, in a folder of their own that goes away with the runner.
///
/// At Ctrl-C or `kill` the program is told so and, two seconds later, ended; no other is started.
public final class ToolRunner {
  /// Where they run; files that they are to read are put there.
  public let folder: URL
  private let interruption: Interruption

  /// Makes the folder, and looks out for signals.
  ///
  /// - Throws: `FlashError`.
  public init() throws(FlashError) {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("dormouse-flash-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FlashError("\(folder.path) can't be made: \(error.localizedDescription)")
    }
    interruption = Interruption()
  }

  deinit {
    interruption.end()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Path of the first of these programs that is on the PATH; nil if none is.
  public static func find(_ programs: [String]) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    for program in programs {
      for folder in path.split(separator: ":") where access("\(folder)/\(program)", X_OK) == 0 {
        return "\(folder)/\(program)"
      }
    }
    return nil
  }

  /// Puts a file into the folder.
  ///
  /// - Throws: `FlashError`, say because the disk is full.
  public func put(_ name: String, _ contents: [UInt8]) throws(FlashError) {
    do {
      try Data(contents).write(to: folder.appendingPathComponent(name))
    } catch {
      throw FlashError("\(folder.path)/\(name) can't be written: \(error.localizedDescription)")
    }
  }

  /// A file that a program has left in the folder; nil if it has not.
  public func take(_ name: String) -> [UInt8]? {
    (try? Data(contentsOf: folder.appendingPathComponent(name))).map { [UInt8]($0) }
  }

  /// Runs `program` to its end.
  ///
  /// - Parameter doing: what it is started for, for errors: "writing firmware".
  /// - Throws: `FlashError` with its last lines if it can't be started, fails or is interrupted.
  public func run(_ program: String, _ arguments: [String], doing: String) throws(FlashError) {
    let name = URL(fileURLWithPath: program).lastPathComponent
    let log = folder.appendingPathComponent("log.txt")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      _ = FileManager.default.createFile(atPath: log.path, contents: nil)
      let output = try FileHandle(forWritingTo: log)
      defer { try? output.close() }
      process.standardOutput = output
      process.standardError = output
      guard try interruption.start(process) else { throw FlashError("stopped before \(doing)") }
    } catch let error as FlashError {
      throw error
    } catch {
      throw FlashError("\(program) can't be started: \(error.localizedDescription)")
    }
    ended.wait()
    if interruption.finish() { throw FlashError("stopped while \(name) was \(doing)") }
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let said = String(decoding: (try? Data(contentsOf: log)) ?? Data(), as: UTF8.self)
      let lines = said.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      let last = lines.filter { !$0.isEmpty }.suffix(5).map { "\n  \($0)" }.joined()
      let how = process.terminationReason == .exit ? "exit code" : "signal"
      throw FlashError(
        "\(name) failed while \(doing) (\(how) \(process.terminationStatus)); it said:"
          + (last.isEmpty ? " nothing" : last)
      )
    }
  }
}

/// Passes Ctrl-C and `kill` on to the program that runs.
private final class Interruption: @unchecked Sendable {
  private let lock = NSLock()
  private var process: Process?
  private var wasInterrupted = false
  private var sources: [any DispatchSourceSignal] = []

  init() {
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [weak self] in self?.interrupt() }
      source.resume()
      return source
    }
  }

  func end() {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
  }

  /// Starts a program, unless it is too late.
  ///
  /// - Returns: whether it was started.
  func start(_ process: Process) throws -> Bool {
    try lock.withLock {
      if wasInterrupted { return false }
      try process.run()
      self.process = process
      return true
    }
  }

  /// The program has ended; returns whether it was interrupted.
  func finish() -> Bool {
    lock.withLock {
      process = nil
      return wasInterrupted
    }
  }

  private func interrupt() {
    lock.withLock {
      wasInterrupted = true
      tell(SIGINT)
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + 2) { [weak self] in self?.lock.withLock { self?.tell(SIGKILL) }
    }
  }

  /// A program has a process group of its own, with all that it starts.
  private func tell(_ number: Int32) {
    guard let process, process.isRunning else { return }
    if kill(-process.processIdentifier, number) != 0 { kill(process.processIdentifier, number) }
  }
}
