/// A machine of QEMU's.
public struct Machine: Equatable, Sendable {
  /// The program that emulates it.
  public let emulator: String
  /// Options that choose board and core.
  public let options: [String]

  /// - Parameters:
  ///   - emulator: such as `qemu-system-arm`.
  ///   - options: such as `-M mps2-an386`, as words.
  public init(emulator: String, options: [String]) {
    self.emulator = emulator
    self.options = options
  }

  /// The machine that our boards' firmware for an architecture is linked for.
  public static func standard(for architecture: Architecture?, core: Core) -> Machine {
    switch architecture {
    case .arm(11), .arm(12): arm("mps2-an385")
    case .arm(10), .arm(13): arm("mps2-an386")
    case .arm(16), .arm(17): arm("mps2-an505")
    case .arm(21): arm("mps3-an547")
    case .riscV(let extensions): riscV(hasBits: extensions.contains { $0.hasPrefix("zb") })
    default: standard(for: core)
    }
  }

  private static func standard(for core: Core) -> Machine {
    switch core {
    case .cortexM0Plus: arm("mps2-an385")
    case .cortexM4: arm("mps2-an386")
    case .cortexM7: arm("mps2-an500")
    case .cortexM33: arm("mps2-an505")
    case .cortexM55: arm("mps3-an547")
    case .cv32e40p: riscV(hasBits: false)
    case .ibex: riscV(hasBits: true)
    }
  }

  private static func arm(_ board: String) -> Machine {
    Machine(emulator: "qemu-system-arm", options: ["-M", board])
  }

  private static func riscV(hasBits: Bool) -> Machine {
    let core = hasBits ? "rv32,zba=true,zbb=true,zbc=true,zbs=true" : "rv32"
    return Machine(emulator: "qemu-system-riscv32", options: ["-M", "virt", "-cpu", core, "-bios", "none"])
  }
}
