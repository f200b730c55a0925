/// Decodes the 32-bit instructions of the Thumb set but for those of the coprocessor space ("Armv7-M Architecture
/// Reference Manual", DDI 0403E, A5.3; "Armv8-M Architecture Reference Manual", DDI 0553B, for loops and selections).
enum Thumb32 {
  /// The instruction that two halfwords are; nil if they are none.
  static func decode(_ first: Int, _ second: Int) -> Instruction? {
    if first & 0xEC00 == 0xEC00 { return ThumbCoprocessor.decode(first, second) }
    switch first >> 11 & 3 {
    case 1:
      if first & 0x0200 != 0 { return shiftedRegister(first, second) }
      return first & 0x40 == 0 ? multiple(first, second) : doubleOrTable(first, second)
    case 2: return second & 0x8000 == 0 ? immediate(first, second) : branchOrControl(first, second)
    default:
      switch first >> 8 & 7 {
      case 0, 1: return single(first, second)
      case 2: return register(first, second)
      case 3: return product(first, second)
      default: return nil
      }
    }
  }

  private static func make(
    _ kind: Instruction.Kind, reads: Registers = [], writes: Registers = [], address: Registers = [], count: Int = 1
  ) -> Instruction {
    Instruction(kind, size: 4, reads: reads, writes: writes, address: address, count: count)
  }

  private static func multiple(_ first: Int, _ second: Int) -> Instruction {
    let base = Registers.integer(first & 15)
    let list = Registers.list(second)
    // With the program counter as base, Armv8.1-M clears the registers.
    if first == 0xE89F { return make(.alu, writes: list) }
    let updated: Registers = first & 0x20 != 0 ? base : []
    if first & 0x10 == 0 {
      return make(.storeMultiple, reads: list, writes: updated, address: base, count: list.count)
    }
    return make(.loadMultiple, writes: list.union(updated), address: base, count: list.count)
  }

  private static func doubleOrTable(_ first: Int, _ second: Int) -> Instruction {
    let base = Registers.integer(first & 15)
    let value = Registers.integer(second >> 12)
    if first & 0x0120 != 0 {  // P or W
      let both = value.union(.integer(second >> 8 & 15))
      let updated: Registers = first & 0x20 != 0 ? base : []
      if first & 0x10 == 0 { return make(.storeDouble, reads: both, writes: updated, address: base, count: 2) }
      return make(.loadDouble, writes: both.union(updated), address: base, count: 2)
    }
    if first & 0xFFF0 == 0xE8D0, second & 0xE0 == 0 {
      return make(.tableBranch, writes: .pc, address: base.union(.integer(second & 15)))
    }
    // Exclusive, acquiring and releasing accesses.
    if first & 0x10 == 0 { return make(.store, reads: value, writes: .integer(second & 15), address: base) }
    return make(.load, writes: value, address: base)
  }

  private static func shiftedRegister(_ first: Int, _ second: Int) -> Instruction {
    let (base, target) = (Registers.integer(first & 15), Registers.integer(second >> 8 & 15))
    let operand = Registers.integer(second & 15)
    if first & 0xFFF0 == 0xEA50, second & 0x8000 != 0 {  // csel, csinc, csinv, csneg
      return make(.alu, reads: base.union(operand).subtracting(.pc), writes: target)  // 15 is zero
    }
    if first & 0xFFF0 == 0xEA50, second & 0x0D == 0x0D, second & 0x0F00 != 0x0F00 || first & 1 == 1 {
      // Shifts of 64 bits: a register pair.
      let pair: Registers = [.integer(first & 14), .integer(second >> 8 & 14 | 1)]
      return make(.alu, reads: second & 2 == 0 ? pair.union(.integer(second >> 12)) : pair, writes: pair)
    }
    return combine(first >> 5 & 15, first, base, operand, target)
  }

  /// Arithmetic and logic, of which some forms have no first operand and some no result.
  private static func combine(
    _ operation: Int, _ first: Int, _ base: Registers, _ operand: Registers, _ target: Registers
  ) -> Instruction {
    let isUnary = (operation == 2 || operation == 3) && base == .pc
    let isTest = target == .pc && first & 0x10 != 0 && [0, 4, 8, 13].contains(operation)
    return make(.alu, reads: isUnary ? operand : base.union(operand), writes: isTest ? [] : target)
  }

  private static func immediate(_ first: Int, _ second: Int) -> Instruction {
    let (base, target) = (Registers.integer(first & 15), Registers.integer(second >> 8 & 15))
    guard first & 0x0200 != 0 else { return combine(first >> 5 & 15, first, base, [], target) }
    switch first >> 4 & 0x1F {
    case 0x04: return make(.alu, writes: target)
    case 0x0C: return make(.alu, reads: target, writes: target)
    case 0x16: return make(.alu, reads: base == .pc ? target : base.union(target), writes: target)
    default: return make(.alu, reads: base, writes: target)
    }
  }

  private static func branchOrControl(_ first: Int, _ second: Int) -> Instruction? {
    switch second & 0xD000 {
    case 0xD000: return make(.call, writes: [.pc, .lr])
    case 0x9000: return make(.branch, writes: .pc)
    case 0xC000: return loop(first, second)
    default:
      if first & 0x0380 != 0x0380 { return make(.branchConditional, writes: .pc) }
      switch first & 0xFFF0 {
      case 0xF380, 0xF390: return make(.system, reads: .integer(first & 15))
      case 0xF3E0, 0xF3F0: return make(.system, writes: .integer(second >> 8 & 15))
      case 0xF3A0: return second & 0x0700 == 0 ? make(.hint) : make(.system)
      case 0xF3B0: return make(.barrier)
      default: return nil
      }
    }
  }

  /// Loops without branches, and predicates from a number of elements.
  private static func loop(_ first: Int, _ second: Int) -> Instruction? {
    guard first & 0xFF80 == 0xF000, second & 1 != 0 else { return nil }
    let count = first & 15
    if second & 0x2000 == 0 {  // wls, wlstp, le, letp
      if count == 15 { return make(.loopEnd, reads: .lr, writes: .lr) }
      return make(.loopStart, reads: .integer(count), writes: .lr)
    }
    if second & 0x0800 != 0 { return make(.vectorPredicate, reads: .integer(count)) }
    if count == 15 { return make(.hint) }  // lctp
    return make(.loopStart, reads: .integer(count), writes: .lr)
  }

  private static func single(_ first: Int, _ second: Int) -> Instruction? {
    let (base, value) = (Registers.integer(first & 15), Registers.integer(second >> 12))
    var address = base
    var updated: Registers = []
    if base != .pc && first & 0x80 == 0 {
      if second & 0x0800 == 0 {
        address.insert(.integer(second & 15))
      } else if second & 0x0100 != 0 {
        updated = base
      }
    }
    if first & 0x10 == 0 {
      return first & 0x0100 == 0 ? make(.store, reads: value, writes: updated, address: address) : nil
    }
    if value == .pc, first & 0x60 != 0x40 { return make(.hint) }  // pld
    return make(.load, writes: value.union(updated), address: address)
  }

  private static func register(_ first: Int, _ second: Int) -> Instruction? {
    guard second & 0xF000 == 0xF000 else { return nil }
    let (base, target) = (Registers.integer(first & 15), Registers.integer(second >> 8 & 15))
    let operand = Registers.integer(second & 15)
    // Of extensions without an addition and of reversals the first operand is not one.
    let isUnary =
      first & 0x80 == 0 && second & 0x80 != 0 && base == .pc
      || first & 0xFFD0 == 0xFA90 && second & 0x80 != 0
    return make(.alu, reads: isUnary ? operand : base.union(operand), writes: target)
  }

  private static func product(_ first: Int, _ second: Int) -> Instruction {
    let factors = Registers.integer(first & 15).union(.integer(second & 15))
    let (high, target) = (Registers.integer(second >> 8 & 15), Registers.integer(second >> 12))
    guard first & 0x80 != 0 else {
      return make(.multiply, reads: target == .pc ? factors : factors.union(target), writes: high)
    }
    switch first >> 4 & 7 {
    case 1, 3: return make(.divide, reads: factors, writes: high)
    case 0, 2: return make(.multiplyLong, reads: factors, writes: high.union(target))
    default: return make(.multiplyLong, reads: factors.union(high).union(target), writes: high.union(target))
    }
  }
}
