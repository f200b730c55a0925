/// Cortex-M0+: two stages, one instruction at a time, nothing overlaps. With the fast multiplier, as in the RP2040.
struct CortexM0PlusTiming: TimingTable {
  let core = Core.cortexM0Plus
  let source = ["Arm, Cortex-M0+ Technical Reference Manual r0p1 (DDI 0484C), table 3-1"]
  let validated: String? = "37 sequences of its manual: all exact; never compared with a device"

  func cost(of code: [Instruction], at address: UInt64) -> BlockCost {
    var cost = BlockCost()
    for instruction in code {
      let count = Double(instruction.count)
      switch instruction.kind {
      case .load, .store: cost.base += 2  // single-cycle I/O apart
      case .storeMultiple: cost.base += 1 + count
      case .loadMultiple: cost.base += (instruction.writes.contains(.pc) ? 3 : 1) + count
      case .branch, .branchRegister, .callRegister: cost.base += 2
      case .call: cost.base += 3
      case .branchConditional:
        cost.base += 1
        cost.taken = 1
      case .system, .barrier: cost.base += 3  // `cps` takes 1
      default: cost.base += 1  // `muls`: 1 with the fast multiplier, else 32
      }
    }
    return cost
  }

  /// Armv6-M has few instructions of 32 bits.
  func has(_ instruction: Instruction) -> Bool {
    switch instruction.kind {
    case .call, .system, .barrier: true
    case .ifThen, .compareAndBranch: false
    default: instruction.size == 2
    }
  }
}
