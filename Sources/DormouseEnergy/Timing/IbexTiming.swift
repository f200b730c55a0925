/// Ibex in its small configuration: two stages, the fast multiplier of three cycles, no branch-target adder, no
/// write-back stage.
struct IbexTiming: TimingTable {
  let core = Core.ibex
  let source = ["lowRISC, Ibex Reference Guide, \"Pipeline Details\": stall cycles of the two-stage pipeline"]
  let validated: String? = nil

  func cost(of code: [Instruction], at address: UInt64) -> BlockCost {
    // A target of 4 bytes that is not aligned: 1 cycle more.
    var cost = BlockCost(entered: code.straddles(address) ? 1 : 0)
    for instruction in code {
      switch instruction.kind {
      case .load, .store: cost.base += 2  // 1 stall for the answer of memory
      case .multiply: cost.base += 3  // 2 stalls
      case .multiplyLong: cost.base += 4  // 3 stalls
      case .divide: cost.base += 38  // 37 stalls, but 1 if the divisor is 0
      case .branch, .call, .branchRegister, .callRegister, .barrier: cost.base += 2  // 1 stall
      default: cost.base += 1
      }
    }
    if code.last?.kind == .branchConditional { cost.taken = 2 }  // 2 stalls
    return cost
  }
}
