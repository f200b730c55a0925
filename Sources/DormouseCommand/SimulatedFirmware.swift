import Dormouse
import DormouseEnergy
import DormouseExport
import Foundation

/// Builds the firmware of a model and counts what it executes.
///
/// It is the very firmware of `firmware/build`, but for its own output folder. Counts are kept in `.build/simulate` of the
/// checkout, by the content of firmware and recording.
struct SimulatedFirmware {
  private let root: URL

  /// Looks for the checkout that this program was built in, or that the working directory lies in.
  ///
  /// - Throws: that there is none.
  init() throws {
    let program = Bundle.main.executableURL?.resolvingSymlinksInPath()
    let working = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    for start in [program, working].compactMap({ $0 }) {
      var folder = start
      while folder.path != "/" {
        if FileManager.default.fileExists(atPath: folder.path + "/firmware/Makefile") {
          root = folder
          return
        }
        folder = folder.deletingLastPathComponent()
      }
    }
    throw Failure("simulating builds firmware, which needs a checkout of Dormouse: run it there, or pass --elf")
  }

  /// A file of the checkout.
  func file(_ path: String) -> String { root.path + "/" + path }

  /// Counts `application` with the model on the board of a device, hearing the file `input`.
  func count(
    _ model: Model, application: String, device: DeviceProfile, input: Data, suffix: String
  ) throws -> CountedSpotter {
    let elf = try build(model, application, board: device.board)
    // Those of all devices with this core, so that the next one finds its cycles.
    var memories = device.clocks.map(device.flash)
    for name in PowerLocation.names(.devices) {
      guard let other = try? PowerLocation.device(name), other.core == device.core, other.board == device.board else {
        continue
      }
      memories += other.clocks.map(other.flash)
    }
    memories.sort { "\($0)" < "\($1)" }
    let table = device.core.timing
    let firmware = try Data(contentsOf: elf)
    let settings = "\(device.core.rawValue) \(memories) \(SimulatedFirmware.program)"
    let key = [firmware, input, Data(settings.utf8)].map { Fingerprint.text($0) }.joined(separator: "-")
    let folder = root.appendingPathComponent(".build/simulate")
    let kept = folder.appendingPathComponent(key + ".json")
    if let data = try? Data(contentsOf: kept), let counted = try? JSONDecoder().decode(CountedSpotter.self, from: data)
    {
      return counted
    }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let heard = folder.appendingPathComponent("\(UUID().uuidString).\(suffix)")
    try input.write(to: heard)
    defer { try? FileManager.default.removeItem(at: heard) }
    ProgressLine.show("counting \(model.loaded.name) on \(device.core.title)")
    let run = try Counter(core: device.core).run(elf: elf, arguments: [heard.path])
    let counted = try CountedSpotter(run, memories: memories) { try table.cycles($0, memory: $1) }
    if !counted.stopped { try JSONEncoder().encode(counted).write(to: kept) }
    return counted
  }

  /// Which build of this program: its tables are part of what is kept.
  private static let program: String = {
    guard let path = Bundle.main.executablePath,
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    else { return "?" }
    return "\(attributes[.size] ?? 0) \(attributes[.modificationDate] ?? 0)"
  }()

  /// The linked firmware.
  private func build(_ model: Model, _ application: String, board: String) throws -> URL {
    let output = root.appendingPathComponent(".build-firmware")
    try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
    // The lock of firmware/build: two at once would write the same files.
    let lock = open(output.path + "/lock", O_CREAT | O_RDWR, 0o644)
    guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw Failure("\(output.path)/lock can't be locked") }
    defer { close(lock) }
    let image = Data(model.loaded.bytes)
    let folder = output.appendingPathComponent("models/simulate/\(Fingerprint.text(image))")
    if !FileManager.default.fileExists(atPath: folder.path) {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      _ = try CArrayExport(model.loaded).write(into: folder.path)
    }
    // What the runtime holds depends on the model; a folder for each kind, so that it is not compiled again and again.
    let kind =
      (model.isAnalog ? "a" : "") + (model.image.hasVerifier ? "c" : "") + "\(model.image.header.minorVersion)"
    let variant = "-simulate-\(kind)"
    let elf = output.appendingPathComponent("\(board)\(variant)/\(application)/firmware.elf")
    let arguments = [
      "--silent", "-C", root.path + "/firmware", "BOARD=\(board)", "APP=\(application)", "MODEL=\(folder.path)",
      "VARIANT=\(variant)",
    ]
    try? FileManager.default.removeItem(at: elf)
    try make(arguments + ["clean-application"])
    ProgressLine.show("building the firmware of \(model.loaded.name) for \(board)")
    try make(arguments)
    let kept = root.appendingPathComponent(".build/simulate/\(Fingerprint.text(try Data(contentsOf: elf))).elf")
    try FileManager.default.createDirectory(
      at: kept.deletingLastPathComponent(), withIntermediateDirectories: true)
    if !FileManager.default.fileExists(atPath: kept.path) { try FileManager.default.copyItem(at: elf, to: kept) }
    return kept
  }

  private func make(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["make"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let last = String(decoding: said, as: UTF8.self).split(separator: "\n").last ?? "nothing"
      throw Failure("the firmware can't be built (make said: \(last)); try firmware/build, and see firmware/README.md")
    }
  }
}

/// Short names for contents: 128 bits of FNV-1a from two starts.
enum Fingerprint {
  /// 32 hexadecimal digits.
  static func text(_ data: Data) -> String {
    var first: UInt64 = 0xCBF2_9CE4_8422_2325
    var second: UInt64 = 0x9E37_79B9_7F4A_7C15
    for byte in data {
      first = (first ^ UInt64(byte)) &* 0x100_0000_01B3
      second = (second ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return String(format: "%016lx%016lx", first, second)
  }
}
