/// Cortex-M55, approximate: Arm publishes no cycle counts of it.
///
/// A vector instruction has four beats and two are done in a cycle, so it takes two; the second two of one overlap with
/// the first two of the next if those use another unit: loads and stores, multiplications, the rest. Loops by `le` have
/// no branches. Integer code as on the Cortex-M33.
struct CortexM55Timing: TimingTable {
  let core = Core.cortexM55
  let source = [
    "Arm, Armv8-M Architecture Reference Manual (DDI 0553B), B5.4: beats, and instructions that overlap",
    "Arm, Cortex-M55 Technical Reference Manual (101051), section 2.1: two beats a cycle; no cycle counts",
    "what is not said there: as on the Cortex-M33",
  ]
  let validated: String? = nil

  func cost(of code: [Instruction], at address: UInt64) -> BlockCost {
    var cost = CortexM33Timing().cost(of: code, at: address)
    for (previous, instruction) in code.withPrevious {
      switch instruction.kind {
      case .loopEnd: cost.base -= 1
      case .vectorGather, .vectorScatter: cost.base += Double(instruction.count) - 1  // an element a cycle
      case _ where instruction.isVector:
        let overlaps = previous.map { $0.isVector && unit($0) != unit(instruction) } ?? false
        cost.base += overlaps ? 0 : 1
      default: break
      }
    }
    if code.last?.kind == .loopEnd { cost.taken = 0 }
    return cost
  }

  private enum Unit { case memory, multiplier, other }

  private func unit(_ instruction: Instruction) -> Unit {
    if instruction.isLoad || instruction.isStore { return .memory }
    return instruction.kind == .vectorMultiply ? .multiplier : .other
  }
}
