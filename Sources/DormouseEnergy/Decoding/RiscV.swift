/// Decodes the 32-bit instructions of RV32IM, Zicsr, Zba, Zbb, Zbc and Zbs ("The RISC-V Instruction Set Manual", volume
/// I, 20191213, chapters 2, 7 and 9; "RISC-V Bit-Manipulation", 1.0.0).
enum RiscV {
  /// The instruction that `word` is; nil if it is none.
  static func decode(_ word: Int) -> Instruction? {
    let target = register(word >> 7)
    let (left, right) = (register(word >> 15), register(word >> 20))
    let (minor, seven) = (word >> 12 & 7, word >> 25 & 0x7F)
    switch word & 0x7F {
    case 0x37, 0x17: return make(.alu, writes: target)
    case 0x6F: return make(target == [] ? .branch : .call, writes: target)
    case 0x67:
      return minor == 0 ? make(target == [] ? .branchRegister : .callRegister, writes: target, address: left) : nil
    case 0x63: return minor == 2 || minor == 3 ? nil : make(.branchConditional, reads: left.union(right))
    case 0x03: return [3, 6, 7].contains(minor) ? nil : make(.load, writes: target, address: left)
    case 0x23: return minor > 2 ? nil : make(.store, reads: right, address: left)
    case 0x13: return isImmediate(minor, word) ? make(.alu, reads: left, writes: target) : nil
    case 0x33:
      if seven == 1 {
        let kind: Instruction.Kind = minor == 0 ? .multiply : minor < 4 ? .multiplyLong : .divide
        return make(kind, reads: left.union(right), writes: target)
      }
      return isRegister(minor, seven, word) ? make(.alu, reads: left.union(right), writes: target) : nil
    case 0x0F: return minor < 2 ? make(.barrier) : nil
    case 0x73: return system(word, minor, left, target)
    default: return nil
    }
  }

  /// Register 0 is none.
  static func register(_ field: Int) -> Registers { field & 31 == 0 ? [] : .integer(field & 31) }

  private static func make(
    _ kind: Instruction.Kind, reads: Registers = [], writes: Registers = [], address: Registers = []
  ) -> Instruction {
    Instruction(kind, size: 4, reads: reads, writes: writes, address: address)
  }

  private static func isImmediate(_ minor: Int, _ word: Int) -> Bool {
    let upper = word >> 20 & 0xFFF
    switch minor {
    case 1:
      // slli, bclri, binvi, bseti; clz, ctz, cpop, sext.b, sext.h
      return [0x00, 0x24, 0x34, 0x14].contains(upper >> 5) || [0x600, 0x601, 0x602, 0x604, 0x605].contains(upper)
    case 5:
      // srli, srai, bexti, rori; orc.b, rev8
      return [0x00, 0x20, 0x24, 0x30].contains(upper >> 5) || upper == 0x287 || upper == 0x698
    default: return true
    }
  }

  private static func isRegister(_ minor: Int, _ seven: Int, _ word: Int) -> Bool {
    switch seven {
    case 0x00: true
    case 0x20: [0, 4, 5, 6, 7].contains(minor)  // sub, xnor, sra, orn, andn
    case 0x05: minor != 0  // clmul, clmulr, clmulh, min, minu, max, maxu
    case 0x04: minor == 4 && word >> 20 & 31 == 0  // zext.h
    case 0x10: [2, 4, 6].contains(minor)  // sh1add, sh2add, sh3add
    case 0x30: minor == 1 || minor == 5  // rol, ror
    case 0x14, 0x34: minor == 1  // bset, binv
    case 0x24: minor == 1 || minor == 5  // bclr, bext
    default: false
    }
  }

  private static func system(_ word: Int, _ minor: Int, _ left: Registers, _ target: Registers) -> Instruction? {
    if minor == 4 { return nil }
    if minor != 0 { return make(.system, reads: minor < 4 ? left : [], writes: target) }
    switch word >> 20 & 0xFFF {
    case 0x000, 0x001: return make(.breakpoint)
    case 0x105: return make(.hint)
    case 0x302: return make(.branchRegister)
    default: return nil
    }
  }
}
