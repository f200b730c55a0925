/// Cortex-M4: three stages; single loads and stores overlap with what follows.
///
/// Table 3-1 leaves ranges where operands or the fetch decide. Taken here: a refill after a direct branch, whose target
/// is fetched ahead, takes 1 cycle, after any other 2, and one more if the target is 4 bytes long and not aligned, which
/// spans the manual's 1 to 3; a division takes 7 cycles of its 2 to 12.
struct CortexM4Timing: TimingTable {
  let core = Core.cortexM4
  let source = [
    "Arm, Cortex-M4 Technical Reference Manual r0p1 (100166_0001), table 3-1 and section 3.3.3",
    "Arm, Cortex-M4 Technical Reference Manual r0p1 (100166_0001), table 7-1 (floating point)",
    "Texas Instruments, SWCU185G, \"Load/store timings\"",
  ]
  let validated: String? = "94 sequences of its manual: exact, or within its ranges; never compared with a device"

  func cost(of code: [Instruction], at address: UInt64) -> BlockCost {
    var cost = BlockCost(entered: code.straddles(address) ? 1 : 0)
    for (previous, instruction) in code.withPrevious {
      cost.base += cycles(instruction, after: previous)
      if let previous { cost.base += stall(instruction, after: previous) }
    }
    if let last = code.last { cost.taken = refill(last) }
    return cost
  }

  func has(_ instruction: Instruction) -> Bool {
    !instruction.isVector && instruction.kind != .loopStart && instruction.kind != .loopEnd
  }

  private func cycles(_ instruction: Instruction, after previous: Instruction?) -> Double {
    let count = Double(instruction.count)
    switch instruction.kind {
    case .load,
      .floatLoad where instruction.count == 1:
      // 3.3.3: a load behind a load whose result it does not need for its address gains a cycle.
      return follows(previous, instruction) ? 1 : 2
    case .store,
      .floatStore where instruction.count == 1:
      // 3.3.3: with an immediate offset always 1; with a register 2, behind a load 1.
      return instruction.address.count < 2 || follows(previous, instruction) ? 1 : 2
    case .loadDouble, .storeDouble, .loadMultiple, .storeMultiple, .floatLoadMultiple, .floatStoreMultiple, .floatLoad,
      .floatStore:
      return 1 + count  // table 3-1 and 7-1: 1 + N, not overlapped
    case .divide: return 7  // 2 to 12
    case .tableBranch: return 3  // 2 for the load, 1 for the addition, then the refill
    case .floatMultiplyAdd: return 3  // table 7-1
    case .floatDivide, .floatRoot: return 14  // table 7-1
    case .floatMove: return count  // table 7-1: 1, of two registers 2
    case .system: return 2  // MRS 1, MSR 2, CPS 1
    default: return 1  // MUL, MLA, SMULL, SMLAL, SMLAD and all arithmetic: 1
    }
  }

  /// Whether the address phase of `instruction` overlaps with the data phase of a load before it.
  private func follows(_ previous: Instruction?, _ instruction: Instruction) -> Bool {
    guard let previous, previous.kind == .load || previous.kind == .floatLoad, previous.count == 1 else { return false }
    // 3.3.3: loads that change their base are not overlapped.
    let changesBase = !previous.address.isDisjoint(with: previous.writes) && previous.writes.count > 1
    return !changesBase && previous.writes.isDisjoint(with: instruction.address)
  }

  private func stall(_ instruction: Instruction, after previous: Instruction) -> Double {
    switch previous.kind {
    case .alu, .multiply, .multiplyLong, .divide:
      // 3.3.3: an address that the instruction before has computed comes a cycle late.
      let needsAddress = instruction.isLoad || instruction.isStore
      return needsAddress && !previous.writes.isDisjoint(with: instruction.address) ? 1 : 0
    case .floatArithmetic, .floatMultiply, .floatMultiplyAdd, .floatDivide, .floatRoot:
      // Table 7-1: a result that the next instruction needs comes a cycle late.
      return previous.writes.isDisjoint(with: instruction.reads) ? 0 : 1
    default: return 0
    }
  }

  /// Cycles until the first instruction at a branch's target, P of table 3-1.
  private func refill(_ last: Instruction) -> Double {
    switch last.kind {
    case .branch, .branchConditional, .compareAndBranch, .call: 1
    case .load, .loadMultiple, .tableBranch: 3  // 3.3.3: three cycles for the pipeline reload
    default: 2
    }
  }
}
