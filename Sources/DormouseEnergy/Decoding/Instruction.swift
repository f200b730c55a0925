/// One instruction, as far as its timing goes.
public struct Instruction: Hashable, Sendable {
  /// What it keeps busy.
  public enum Kind: String, Sendable, CaseIterable {
    /// Integer arithmetic, logic, shifts, moves, bit fields, and the packed arithmetic of the DSP extension.
    case alu
    /// A product of 32 bits, with or without an addition; of RISC-V, the low half.
    case multiply
    /// A product of 64 bits; of RISC-V, the high half.
    case multiplyLong
    case divide
    /// One register.
    case load, store
    /// Two registers.
    case loadDouble, storeDouble
    /// `count` registers; with the program counter among them, a return.
    case loadMultiple, storeMultiple
    /// Always taken: to a fixed place, with a return address or without, and to where a register says.
    case branch, call, branchRegister, callRegister
    case tableBranch
    /// Taken or not; the second compares too.
    case branchConditional, compareAndBranch
    /// Conditions of those that follow.
    case ifThen
    case hint, barrier
    /// Special registers.
    case system
    case breakpoint
    /// The start and the end of a loop that is repeated without a branch.
    case loopStart, loopEnd
    case floatArithmetic, floatMultiply, floatMultiplyAdd, floatDivide, floatRoot, floatMove
    case floatLoad, floatStore, floatLoadMultiple, floatStoreMultiple
    case vectorArithmetic, vectorMultiply, vectorLoad, vectorStore, vectorGather, vectorScatter, vectorPredicate
  }

  /// What it keeps busy.
  public var kind: Kind
  /// Bytes.
  public var size: Int
  /// Registers that it reads, those of `address` among them.
  public var reads: Registers = []
  /// Registers that it writes.
  public var writes: Registers = []
  /// Registers that the address of a load or store is made of, or the target of a branch.
  public var address: Registers = []
  /// Registers or words that are loaded or stored.
  public var count = 1

  init(
    _ kind: Kind, size: Int, reads: Registers = [], writes: Registers = [], address: Registers = [], count: Int = 1
  ) {
    self.kind = kind
    self.size = size
    self.reads = reads.union(address)
    self.writes = writes
    self.address = address
    self.count = count
  }

  /// Whether it reads memory.
  public var isLoad: Bool {
    switch kind {
    case .load, .loadDouble, .loadMultiple, .floatLoad, .floatLoadMultiple, .vectorLoad, .vectorGather, .tableBranch:
      true
    default: false
    }
  }

  /// Whether it writes memory.
  public var isStore: Bool {
    switch kind {
    case .store, .storeDouble, .storeMultiple, .floatStore, .floatStoreMultiple, .vectorStore, .vectorScatter: true
    default: false
    }
  }

  /// Whether it keeps the vector unit busy.
  public var isVector: Bool { kind.rawValue.hasPrefix("vector") }
}
