/// Decodes the 16-bit instructions of RV32C ("The RISC-V Instruction Set Manual", volume I, 20191213, chapter 16).
enum RiscVCompressed {
  /// The instruction that `half` is; nil if it is none.
  static func decode(_ half: Int) -> Instruction? {
    switch half & 3 {
    case 0: first(half)
    case 1: second(half)
    default: third(half)
    }
  }

  private static let stack = Registers.integer(2)
  private static let link = Registers.integer(1)

  private static func make(
    _ kind: Instruction.Kind, reads: Registers = [], writes: Registers = [], address: Registers = []
  ) -> Instruction {
    Instruction(kind, size: 2, reads: reads, writes: writes, address: address)
  }

  /// One of the eight registers that three bits can name.
  private static func short(_ half: Int, _ shift: Int) -> Registers { .integer(8 + (half >> shift & 7)) }

  private static func first(_ half: Int) -> Instruction? {
    switch half >> 13 {
    case 0: half == 0 ? make(.breakpoint) : make(.alu, reads: stack, writes: short(half, 2))
    case 2: make(.load, writes: short(half, 2), address: short(half, 7))
    case 6: make(.store, reads: short(half, 2), address: short(half, 7))
    default: nil
    }
  }

  private static func second(_ half: Int) -> Instruction? {
    let target = RiscV.register(half >> 7)
    switch half >> 13 {
    case 0: return make(.alu, reads: target, writes: target)
    case 1: return make(.call, writes: link)
    case 2: return make(.alu, writes: target)
    case 3: return make(.alu, reads: target == stack ? stack : [], writes: target)
    case 4:
      let register = short(half, 7)
      if half >> 10 & 3 != 3 { return make(.alu, reads: register, writes: register) }
      return half & 0x1000 != 0 ? nil : make(.alu, reads: register.union(short(half, 2)), writes: register)
    case 5: return make(.branch)
    default: return make(.branchConditional, reads: short(half, 7))
    }
  }

  private static func third(_ half: Int) -> Instruction? {
    let (target, source) = (RiscV.register(half >> 7), RiscV.register(half >> 2))
    switch half >> 13 {
    case 0: return make(.alu, reads: target, writes: target)
    case 2: return target == [] ? nil : make(.load, writes: target, address: stack)
    case 4:
      if half & 0x1000 == 0 {
        if source == [] { return target == [] ? nil : make(.branchRegister, address: target) }
        return make(.alu, reads: source, writes: target)
      }
      if source != [] { return make(.alu, reads: target.union(source), writes: target) }
      return target == [] ? make(.breakpoint) : make(.callRegister, writes: link, address: target)
    case 6: return make(.store, reads: source, address: stack)
    default: return nil
    }
  }
}
