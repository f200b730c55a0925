/// Cortex-M7, approximate: six stages that take two instructions a cycle; Arm publishes no cycle counts of it.
///
/// Two neighbours are issued together if the second needs nothing of the first, writes nothing that the first writes, and
/// they do not want the same unit: there is one for multiplications, one for divisions, one for branches and one for
/// floating point here, and loads and stores go one a cycle. Branches are taken to be predicted.
struct CortexM7Timing: TimingTable {
  let core = Core.cortexM7
  let source = [
    "Arm, Cortex-M7 Technical Reference Manual r1p2 (DDI 0489F), section 1.1: the pipeline; no cycle counts",
    "quinapalus.com, \"Cortex-M7 instruction cycle counts, timings, and dual-issue combinations\": measured pairs",
  ]
  let validated: String? = nil

  func cost(of code: [Instruction], at address: UInt64) -> BlockCost {
    var cost = BlockCost(taken: 1)  // the fetch restarts, the pipeline does not
    var index = 0
    var earlier: Instruction?
    while index < code.count {
      let instruction = code[index]
      cost.base += cycles(instruction)
      if let earlier, !earlier.writes.isDisjoint(with: instruction.reads) { cost.base += latency(earlier) }
      earlier = instruction
      index += 1
      if index < code.count, isPair(instruction, code[index]) {
        earlier = code[index]
        index += 1
      }
    }
    if let last = code.last, last.isLoad || last.kind == .branchRegister { cost.taken = 3 }
    return cost
  }

  func has(_ instruction: Instruction) -> Bool {
    !instruction.isVector && instruction.kind != .loopStart && instruction.kind != .loopEnd
  }

  private func isPair(_ first: Instruction, _ second: Instruction) -> Bool {
    guard cycles(first) == 1, cycles(second) == 1, unit(first) != unit(second) || unit(first) == .arithmetic else {
      return false
    }
    return first.writes.isDisjoint(with: second.reads) && first.writes.isDisjoint(with: second.writes)
      && unit(first) != .branch
  }

  private enum Unit { case arithmetic, multiplier, memory, branch, float, other }

  private func unit(_ instruction: Instruction) -> Unit {
    if instruction.isLoad || instruction.isStore { return .memory }
    switch instruction.kind {
    case .alu: return .arithmetic
    case .multiply, .multiplyLong, .divide: return .multiplier
    case .branch, .branchConditional, .compareAndBranch, .branchRegister, .call, .callRegister: return .branch
    case .floatArithmetic, .floatMultiply, .floatMultiplyAdd, .floatDivide, .floatRoot, .floatMove: return .float
    default: return .other
    }
  }

  /// Cycles that a result is late for the next instruction.
  private func latency(_ instruction: Instruction) -> Double {
    switch unit(instruction) {
    case .memory: 1
    case .multiplier: 1
    case .float: 2
    default: 0
    }
  }

  private func cycles(_ instruction: Instruction) -> Double {
    let count = Double(instruction.count)
    switch instruction.kind {
    case .loadMultiple, .storeMultiple, .floatLoadMultiple, .floatStoreMultiple:
      return max(1, (count / 2).rounded(.up))  // 64 bits a cycle
    case .divide: return 8  // 3 to 20
    case .tableBranch: return 3
    case .floatMultiplyAdd: return 1
    case .floatDivide, .floatRoot: return 14
    case .system: return 2
    default: return 1
    }
  }
}
