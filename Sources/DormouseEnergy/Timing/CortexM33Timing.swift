/// Cortex-M33, approximate: Arm publishes no cycle counts of it.
///
/// Three stages like the Cortex-M4, but the address of a load is made a stage earlier, so that a load takes one cycle and
/// its result comes one later, and branches are resolved a stage earlier. Pairs of 16-bit instructions that are issued
/// together are left out, so the table is more likely to be too high than too low.
struct CortexM33Timing: TimingTable {
  let core = Core.cortexM33
  let source = [
    "Arm, Cortex-M33 Technical Reference Manual (100230), section 1.5: the pipeline; no cycle counts",
    "elektroniknet.de, \"Cortex-M23 und -M33 sind erste ARMv8-M-CPUs\", page 3: the stages of loads and branches",
    "what is not said there: as on the Cortex-M4",
  ]
  let validated: String? = nil

  func cost(of code: [Instruction], at address: UInt64) -> BlockCost {
    var cost = BlockCost(entered: code.straddles(address) ? 1 : 0)
    for (previous, instruction) in code.withPrevious {
      cost.base += cycles(instruction)
      if let previous, previous.isLoad, !previous.writes.isDisjoint(with: instruction.reads) { cost.base += 1 }
      if let previous, previous.kind.rawValue.hasPrefix("float"), !previous.isLoad, !previous.isStore,
        !previous.writes.isDisjoint(with: instruction.reads)
      {
        cost.base += 1
      }
    }
    if let last = code.last { cost.taken = last.isLoad || last.kind == .branchRegister ? 2 : 1 }
    return cost
  }

  func has(_ instruction: Instruction) -> Bool {
    !instruction.isVector && instruction.kind != .loopStart && instruction.kind != .loopEnd
  }

  private func cycles(_ instruction: Instruction) -> Double {
    let count = Double(instruction.count)
    switch instruction.kind {
    case .loadDouble, .storeDouble, .loadMultiple, .storeMultiple, .floatLoadMultiple, .floatStoreMultiple,
      .floatLoad, .floatStore:
      return count
    case .divide: return 6  // 2 to 11
    case .tableBranch: return 2
    case .floatMultiplyAdd: return 3
    case .floatDivide, .floatRoot: return 14
    case .floatMove: return count
    case .system: return 2
    default: return 1
    }
  }
}
