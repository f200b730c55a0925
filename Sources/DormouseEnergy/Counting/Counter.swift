import Foundation

/// Runs bare-metal firmware in an emulator and counts what it executes.
///
/// The same firmware with the same input gives the same counts, on every machine.
///
///     let run = try Counter(core: .cortexM4).run(elf: elf, arguments: ["recording.wav"])
///     print(run[.frontEnd]?.instructions)
public struct Counter: Sendable {
  /// The core whose timing will be applied.
  public let core: Core
  private let machine: Machine?

  /// - Parameters:
  ///   - core: a core that the firmware is built for.
  ///   - machine: the machine to emulate; if nil, the one that our boards' firmware of that architecture is linked for.
  public init(core: Core, machine: Machine? = nil) {
    self.core = core
    self.machine = machine
  }

  /// Runs a firmware to its end.
  ///
  /// - Parameters:
  ///   - elf: the linked firmware. It ends by semihosting (`SYS_EXIT`), or is stopped.
  ///   - arguments: words of the command line that semihosting gives it, after the program's name.
  ///   - limit: instructions after which the run is stopped, at the end of a block; nil for none.
  ///   - seconds: time after which it is stopped.
  /// - Throws: `CountingError` if the file is no firmware for the core, or something that counting needs is missing.
  public func run(
    elf: URL, arguments: [String] = [], limit: UInt64? = 50_000_000_000, seconds: Double = 600
  ) throws(CountingError) -> CountedRun {
    let file = try ElfFile(contentsOf: elf)
    try check(file, name: elf.lastPathComponent)
    let machine = machine ?? .standard(for: file.architecture, core: core)
    let emulator = try CountingPlugin.program(machine.emulator, wantedFor: "counting")
    let library = try CountingPlugin.library()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dormouse-count-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let counts = folder.appendingPathComponent("counts.txt")
    let console = folder.appendingPathComponent("console.txt")
    var plugin = "\(library.path),out=\(counts.path),seconds=\(Int(min(max(1, seconds.rounded(.up)), 1e6)))"
    if let limit { plugin += ",limit=\(limit)" }
    for range in file.flash { plugin += ",flash=\(range.lowerBound)-\(range.upperBound)" }
    let words = (["firmware"] + arguments).map { ",arg=" + $0.replacingOccurrences(of: ",", with: ",,") }.joined()
    let options =
      machine.options + [
        "-nographic", "-monitor", "none", "-serial", "none", "-chardev", "stdio,id=console,signal=off",
        "-semihosting-config", "enable=on,target=native,chardev=console" + words, "-plugin", plugin, "-kernel",
        elf.path,
      ]
    let ending: Emulation
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      ending = try Emulation(emulator, options, output: console, seconds: seconds)
    } catch {
      throw CountingError("\(machine.emulator) can't be run: \(error.localizedDescription)")
    }
    let output = String(decoding: (try? Data(contentsOf: console)) ?? Data(), as: UTF8.self)
    var reader = CountsReader(core: core, elf: file)
    if let text = try? String(contentsOf: counts, encoding: .utf8) { try reader.read(text) }
    guard reader.total > 0 else {
      let words = machine.options.joined(separator: " ")
      let reason = output.split(separator: "\n").first.map { "it said: \($0)" } ?? "it said nothing"
      throw CountingError(
        "\(machine.emulator) \(words) executed nothing of \(elf.lastPathComponent), which must be linked for that "
          + "machine; \(reason)")
    }
    return reader.run(output: output, exitCode: ending.exitCode)
  }

  private func check(_ file: ElfFile, name: String) throws(CountingError) {
    guard (file.machine == .riscV) == core.isRiscV else {
      let built = file.machine == .riscV ? "RISC-V" : "Arm"
      throw CountingError("\(name) is built for \(built), which a \(core.title) does not run; choose another core")
    }
    if let architecture = file.architecture, !architecture.runs(on: core) {
      throw CountingError(
        "\(name) is built for \(architecture.title), which a \(core.title) does not run; build it for that core, or "
          + "choose another")
    }
  }
}

/// A run of an emulator.
private struct Emulation {
  let exitCode: Int32

  init(_ program: URL, _ arguments: [String], output: URL, seconds: Double) throws {
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let console = try FileHandle(forWritingTo: output)
    defer { try? console.close() }
    let ended = DispatchSemaphore(value: 0)
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = console
    process.standardError = console
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    // The plugin ends the run when its time is over; one that is not even started by then is ended from here.
    if ended.wait(timeout: .now() + seconds + 60) == .timedOut {
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
    }
    exitCode = process.terminationStatus
  }
}
