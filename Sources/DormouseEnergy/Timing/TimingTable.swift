/// What each instruction costs on one core.
public protocol TimingTable: Sendable {
  /// The core.
  var core: Core { get }
  /// The documents that the numbers are from.
  var source: [String] { get }
  /// What the table was compared with, and how far it was off; nil if it was not validated.
  var validated: String? { get }
  /// What straight code costs.
  ///
  /// - Parameters:
  ///   - code: as many instructions as the block has.
  ///   - address: where the first one lies.
  func cost(of code: [Instruction], at address: UInt64) -> BlockCost
  /// Whether the core has an instruction.
  func has(_ instruction: Instruction) -> Bool
}

extension TimingTable {
  /// Cycles of a run by stage.
  ///
  /// - Parameters:
  ///   - run: what was executed.
  ///   - memory: how long flash keeps the core waiting.
  /// - Throws: `CountingError` if the run holds an instruction that the core does not have.
  public func cycles(_ run: CountedRun, memory: FlashTiming = .none) throws(CountingError) -> [Stage: Double] {
    var cycles: [Stage: Double] = [:]
    for block in run.blocks {
      let cost = try cost(of: block)
      for tally in block.tallies { cycles[tally.stage, default: 0] += tally.cycles(cost) }
    }
    guard memory.waitStates > 0 else { return cycles }
    for (stage, waiting) in try waiting(run, memory) { cycles[stage, default: 0] += waiting }
    return cycles
  }

  /// Cycles of a run by function, without the functions that it called, with memory as fast as the core.
  ///
  /// - Throws: `CountingError` if the run holds an instruction that the core does not have.
  public func cyclesByFunction(_ run: CountedRun) throws(CountingError) -> [String: Double] {
    var cycles: [String: Double] = [:]
    for block in run.blocks {
      let cost = try cost(of: block)
      cycles[block.function, default: 0] += block.tallies.reduce(0) { $0 + $1.cycles(cost) }
    }
    return cycles
  }

  /// What one execution of a block costs.
  func cost(of block: Block) throws(CountingError) -> BlockCost {
    let code = try InstructionDecoder.decode(block.code, at: block.address, riscV: core.isRiscV)
    if let stranger = code.first(where: { !has($0) }) {
      throw CountingError(
        "\(block.function) at 0x\(hexadecimal(block.address, digits: 8)) executes an instruction "
          + "(\(stranger.kind.rawValue), \(stranger.size) bytes) that a \(core.title) does not have; choose the core "
          + "that the firmware was built for")
    }
    return cost(of: code, at: block.address)
  }

  /// Every instruction that the decoder knows.
  public func has(_ instruction: Instruction) -> Bool { true }
}

extension Block.Tally {
  /// Cycles of all executions.
  func cycles(_ cost: BlockCost) -> Double {
    Double(executed) * cost.base + Double(taken) * cost.taken + Double(entered) * cost.entered
  }
}

extension Core {
  /// The core's table.
  public var timing: any TimingTable {
    switch self {
    case .cortexM0Plus: CortexM0PlusTiming()
    case .cortexM4: CortexM4Timing()
    case .cortexM7: CortexM7Timing()
    case .cortexM33: CortexM33Timing()
    case .cortexM55: CortexM55Timing()
    case .cv32e40p: CV32E40PTiming()
    case .ibex: IbexTiming()
    }
  }
}
