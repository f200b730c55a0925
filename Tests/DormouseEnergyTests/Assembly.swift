import DormouseEnergy
import Foundation

/// Small firmware, assembled and linked by the tools that come with the Swift compiler.
enum Assembly {
  /// What clang calls the targets.
  enum Target: String {
    case armv6m = "armv6m-none-none-eabi"
    case armv81m = "armv8.1m.main-none-none-eabi"
    case armv7em = "armv7em-none-none-eabi"
    case riscv32 = "riscv32-none-none-elf"

    /// Where QEMU's machine starts to execute.
    fileprivate var origin: String { self == .riscv32 ? "0x80000000" : "0" }
  }

  /// Whether everything is there that builds and runs such firmware.
  static let isAvailable: Bool = {
    let names = ["clang", "ld.lld", "cc", "qemu-system-arm", "qemu-system-riscv32"]
    return names.allSatisfy { tool($0) != nil }
  }()

  /// A linked firmware. For Arm, the first instruction is `reset` and the vectors are added.
  static func elf(_ code: String, for target: Target = .armv7em) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dormouse-assembly-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let (source, object) = (folder.appendingPathComponent("f.s"), folder.appendingPathComponent("f.o"))
    let vectors =
      target == .riscv32
      ? "" : ".syntax unified\n.thumb\n.text\n.word 0x20001000, reset\n.thumb_func\n.type reset, %function\n"
    try "\(vectors).globl reset\nreset:\n\(code)\n".write(to: source, atomically: true, encoding: .utf8)
    try run("clang", ["--target=\(target.rawValue)", "-c", source.path, "-o", object.path] + features(target))
    let elf = folder.appendingPathComponent("firmware.elf")
    let script = folder.appendingPathComponent("f.ld")
    try "ENTRY(reset) SECTIONS { .text \(target.origin) : { *(.text) } }"
      .write(to: script, atomically: true, encoding: .utf8)
    try run("ld.lld", ["-z", "max-page-size=16", "-T", script.path, object.path, "-o", elf.path])
    return elf
  }

  /// Ends the run, by semihosting, with exit code 0.
  static let exit = "movs r0, #0x18\nldr r1, =0x20026\nbkpt 0xAB\n.ltorg\n"

  private static func features(_ target: Target) -> [String] {
    target == .riscv32 ? ["-march=rv32imc", "-mabi=ilp32", "-mno-relax"] : []
  }

  private struct Failure: Error, CustomStringConvertible { let description: String }

  private static func run(_ name: String, _ arguments: [String]) throws {
    guard let program = tool(name) else { throw Failure(description: "\(name) is missing") }
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "\(name) failed") }
  }

  /// A program beside the Swift compiler, or else on the search path.
  private static func tool(_ name: String) -> URL? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let compiler = folders.map { URL(fileURLWithPath: "\($0)/swiftc") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    let beside = compiler.map { [$0.resolvingSymlinksInPath().deletingLastPathComponent().path] } ?? []
    return (beside + folders).map { URL(fileURLWithPath: "\($0)/\(name)") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }
}
