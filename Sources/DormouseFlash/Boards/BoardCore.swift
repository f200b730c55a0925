import DormouseEnergy

/// What a board's core runs, by the names of the SDK's libraries.
public enum BoardCore: String, CaseIterable, Sendable {
  case cortexM0Plus = "cortex-m0plus"
  case cortexM3 = "cortex-m3"
  case cortexM4F = "cortex-m4f"
  case cortexM7 = "cortex-m7"
  case cortexM33 = "cortex-m33"
  case cortexM55 = "cortex-m55"
  case rv32imc

  /// Whether the core runs code of this architecture.
  public func runs(_ architecture: Architecture) -> Bool {
    switch self {
    case .cortexM0Plus: architecture.runs(on: .cortexM0Plus)
    // Armv7E-M, 13, is Armv7-M with the instructions that a Cortex-M3 lacks.
    case .cortexM3: architecture.runs(on: .cortexM4) && architecture != .arm(13)
    case .cortexM4F: architecture.runs(on: .cortexM4)
    case .cortexM7: architecture.runs(on: .cortexM7)
    case .cortexM33: architecture.runs(on: .cortexM33)
    case .cortexM55: architecture.runs(on: .cortexM55)
    case .rv32imc: architecture.runs(on: .cv32e40p)
    }
  }

  /// Whether it is of this instruction set.
  public func runs(_ machine: ElfFile.Machine) -> Bool { (machine == .riscV) == (self == .rv32imc) }
}
