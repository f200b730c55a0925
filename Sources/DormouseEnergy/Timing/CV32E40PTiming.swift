/// CV32E40P without its extensions: four stages, one instruction a cycle.
struct CV32E40PTiming: TimingTable {
  let core = Core.cv32e40p
  let source = [
    "OpenHW Group, CV32E40P User Manual 1.8.3, \"Pipeline Details\"",
    "measured on the core's own description (pythondata-cpu-cv32e40p 1.0.1.post1909 in Verilator): docs/validation.md",
  ]
  let validated: String? = "the core's own description, simulated: 0.02 % off on average, 0.8 % at worst"

  func cost(of code: [Instruction], at address: UInt64) -> BlockCost {
    // A target of 4 bytes that is not aligned: 1 cycle more.
    var cost = BlockCost(entered: code.straddles(address) ? 1 : 0)
    for (previous, instruction) in code.withPrevious {
      cost.base += cycles(instruction)
      if let previous { cost.base += stall(instruction, after: previous) }
    }
    if code.last?.kind == .branchConditional { cost.taken = 2 }  // 3 in all
    return cost
  }

  private func cycles(_ instruction: Instruction) -> Double {
    switch instruction.kind {
    case .multiplyLong: return 5
    case .divide: return 32  // measured: 3 + the divisor's leading zeros; ours are small counts
    case .branch, .call, .branchRegister: return 2
    case .callRegister:
      // Measured: one that overwrites the register that it jumps to takes one more.
      return instruction.writes.isDisjoint(with: instruction.address) ? 2 : 3
    case .system, .barrier: return 4
    default: return 1
    }
  }

  private func stall(_ instruction: Instruction, after previous: Instruction) -> Double {
    let isJump = instruction.kind == .branch || instruction.kind == .call
    if isJump, previous.kind == .multiplyLong || previous.kind == .divide {
      return -1  // measured: while it waits, its target is fetched
    }
    guard !previous.writes.isDisjoint(with: instruction.reads) else { return 0 }
    if instruction.kind == .branchRegister || instruction.kind == .callRegister {
      return previous.isLoad ? 3 : 1  // measured
    }
    return previous.isLoad ? 1 : 0
  }
}
