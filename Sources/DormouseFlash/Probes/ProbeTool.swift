import DormouseEnergy
import DormouseExport

/// A program that owns a probe, or a boot loader that shows up as a drive, and what a board asks of it.
public enum ProbeTool: Sendable, Equatable {
  /// OpenOCD, and the scripts that name probe and chip.
  case openocd(scripts: [String])
  /// pyOCD, and the name of the chip.
  case pyocd(target: String)
  /// esptool, and the name of the chip; addresses are offsets in its flash.
  case esptool(chip: String)
  /// picotool.
  case picotool
  /// A drive, what its INFO_UF2.TXT calls the board, and the family that it takes files of.
  case uf2(boardID: String, family: UInt32)

  /// Names of all, as `--probe` takes them.
  public enum Name: String, CaseIterable, Sendable {
    case openocd, pyocd, esptool, picotool, uf2
  }

  /// Its name.
  public var name: Name {
    switch self {
    case .openocd: .openocd
    case .pyocd: .pyocd
    case .esptool: .esptool
    case .picotool: .picotool
    case .uf2: .uf2
    }
  }

  /// Names that the program may have on the PATH; none for a drive.
  public var programs: [String] {
    switch self {
    case .openocd: ["openocd"]
    case .pyocd: ["pyocd"]
    case .esptool: ["esptool", "esptool.py"]
    case .picotool: ["picotool"]
    case .uf2: []
    }
  }

  /// How to get it.
  public var advice: String {
    switch self {
    case .openocd: "openocd (apt-get install openocd, or openocd.org)"
    case .pyocd: "pyocd (pip install pyocd)"
    case .esptool: "esptool (pip install esptool)"
    case .picotool: "picotool (github.com/raspberrypi/picotool, or brew install picotool)"
    case .uf2: "nothing: hold BOOTSEL while you plug the board in, and mount the drive that shows up"
    }
  }

  init(_ fields: Fields) throws(PowerError) {
    switch try fields.choice("tool", Name.self) {
    case .openocd: self = .openocd(scripts: try fields.text("scripts").split(separator: " ").map(String.init))
    case .pyocd: self = .pyocd(target: try fields.text("target"))
    case .esptool: self = .esptool(chip: try fields.text("chip"))
    case .picotool: self = .picotool
    case .uf2: self = .uf2(boardID: try fields.text("board_id"), family: try Board.address(fields, "family"))
    }
  }

  /// Whether what lies in flash can be read back.
  public var reads: Bool { programs != [] }

  /// Files with what is to be written, named after `stem`: what the tool takes.
  func files(_ parts: [FlashPart], stem: String) -> [(name: String, contents: [UInt8])] {
    switch self {
    case .openocd, .pyocd: [("\(stem).hex", IntelHex.text(parts))]
    case .picotool: [("\(stem).uf2", UF2.blocks(parts, family: UF2.rp2040))]
    case .uf2(_, let family): [("\(stem).uf2", UF2.blocks(parts, family: family))]
    case .esptool:
      parts.enumerated().map { index, part in (index == 0 ? "\(stem).bin" : "\(stem)-\(index + 1).bin", part.bytes) }
    }
  }

  /// Words of the command that writes those files; the first is the program.
  func write(_ parts: [FlashPart], stem: String, port: String?) -> [String] {
    switch self {
    case .openocd(let scripts):
      ProbeTool.openocd(scripts, "reset halt; flash write_image erase \(stem).hex 0 ihex")
    case .pyocd(let target):
      ["pyocd", "load", "-W", "-t", target, "-e", "sector", "--no-reset", "--format", "hex", "\(stem).hex"]
    case .esptool(let chip):
      ProbeTool.esptool(chip, port) + ["write_flash"]
        + zip(parts, files(parts, stem: stem)).flatMap { [Board.text($0.address), $1.name] }
    case .picotool: ["picotool", "load", "\(stem).uf2"]
    case .uf2: []
    }
  }

  /// Words of the command that reads `length` bytes at `address` into `file`.
  func read(_ address: UInt32, _ length: Int, into file: String, port: String?) -> [String] {
    let start = Board.text(address)
    switch self {
    case .openocd(let scripts):
      return ProbeTool.openocd(scripts, "reset halt; dump_image \(file) \(start) \(length)")
    case .pyocd(let target):
      return ["pyocd", "commander", "-W", "-t", target, "-c", "savemem \(start) \(length) \(file)"]
    case .esptool(let chip):
      return ProbeTool.esptool(chip, port) + ["read_flash", start, "\(length)", file]
    case .picotool:
      // Its upper bound may be 2^32 only where flash is never.
      let end = Board.text(UInt32(truncatingIfNeeded: UInt64(address) + UInt64(length)))
      return ["picotool", "save", "-r", start, end, file, "-t", "bin"]
    case .uf2: return []
    }
  }

  /// Words of the command that starts the board; nil where the ones before have done so.
  var restart: [String]? {
    switch self {
    case .openocd(let scripts): ProbeTool.openocd(scripts, "reset run")
    case .pyocd(let target): ["pyocd", "reset", "-W", "-t", target]
    case .picotool: ["picotool", "reboot"]
    case .esptool, .uf2: nil
    }
  }

  private static func openocd(_ scripts: [String], _ commands: String) -> [String] {
    ["openocd"] + scripts.flatMap { ["-f", $0] } + ["-c", "init; \(commands); shutdown"]
  }

  private static func esptool(_ chip: String, _ port: String?) -> [String] {
    ["esptool", "--chip", chip] + (port.map { ["--port", $0] } ?? [])
  }
}
