/// Decodes the 16-bit instructions of the Thumb set ("Armv7-M Architecture Reference Manual", DDI 0403E, A5.2).
enum Thumb16 {
  /// The instruction that `half` is; nil if it is none.
  static func decode(_ half: Int) -> Instruction? {
    switch half >> 12 {
    case 0, 1: shiftOrAdd(half)
    case 2, 3: immediate(half)
    case 4: half & 0x0C00 == 0 ? arithmetic(half) : half & 0x0800 == 0 ? high(half) : literal(half)
    case 5: registerOffset(half)
    case 6, 7, 8: offset(half, base: field(half, 3))
    case 9: offset(half, base: 13, value: field(half, 8))
    case 10: alu(writes: field(half, 8), reads: half & 0x0800 == 0 ? .pc : .sp)
    case 11: miscellaneous(half)
    case 12: multiple(half)
    case 13: conditional(half)
    default: half & 0x0800 == 0 ? Instruction(.branch, size: 2, writes: .pc) : nil
    }
  }

  private static func field(_ half: Int, _ shift: Int) -> Int { half >> shift & 7 }

  private static func alu(writes: Int?, reads: Registers) -> Instruction {
    Instruction(.alu, size: 2, reads: reads, writes: writes.map { .integer($0) } ?? [])
  }

  private static func shiftOrAdd(_ half: Int) -> Instruction {
    var reads = Registers.integer(field(half, 3))
    if half >> 10 == 6 { reads.insert(.integer(field(half, 6))) }
    return alu(writes: field(half, 0), reads: reads)
  }

  private static func immediate(_ half: Int) -> Instruction {
    let register = field(half, 8)
    switch half >> 11 & 3 {
    case 0: return alu(writes: register, reads: [])
    case 1: return alu(writes: nil, reads: .integer(register))
    default: return alu(writes: register, reads: .integer(register))
    }
  }

  private static func arithmetic(_ half: Int) -> Instruction {
    let (first, second) = (field(half, 0), field(half, 3))
    let both: Registers = [.integer(first), .integer(second)]
    switch half >> 6 & 15 {
    case 8, 10, 11: return alu(writes: nil, reads: both)
    case 9, 15: return alu(writes: first, reads: .integer(second))
    case 13: return Instruction(.multiply, size: 2, reads: both, writes: .integer(first))
    default: return alu(writes: first, reads: both)
    }
  }

  private static func high(_ half: Int) -> Instruction? {
    let first = half & 7 | half >> 4 & 8
    let second = Registers.integer(half >> 3 & 15)
    switch half >> 8 & 3 {
    case 0:
      let kind: Instruction.Kind = first == 15 ? .branchRegister : .alu
      return Instruction(kind, size: 2, reads: [.integer(first), second], writes: .integer(first))
    case 1: return alu(writes: nil, reads: [.integer(first), second])
    case 2:
      if first == 15 { return Instruction(.branchRegister, size: 2, writes: .pc, address: second) }
      return alu(writes: first, reads: second)
    default:
      if half & 0x80 == 0 { return Instruction(.branchRegister, size: 2, writes: .pc, address: second) }
      return Instruction(.callRegister, size: 2, writes: [.pc, .lr], address: second)
    }
  }

  private static func literal(_ half: Int) -> Instruction {
    Instruction(.load, size: 2, writes: .integer(field(half, 8)), address: .pc)
  }

  private static func registerOffset(_ half: Int) -> Instruction {
    let address: Registers = [.integer(field(half, 3)), .integer(field(half, 6))]
    return access(isLoad: half >> 9 & 7 > 2, field(half, 0), address)
  }

  private static func offset(_ half: Int, base: Int, value: Int? = nil) -> Instruction {
    access(isLoad: half & 0x0800 != 0, value ?? field(half, 0), .integer(base))
  }

  private static func access(isLoad: Bool, _ value: Int, _ address: Registers) -> Instruction {
    isLoad
      ? Instruction(.load, size: 2, writes: .integer(value), address: address)
      : Instruction(.store, size: 2, reads: .integer(value), address: address)
  }

  private static func miscellaneous(_ half: Int) -> Instruction? {
    let (low, source) = (field(half, 0), Registers.integer(field(half, 3)))
    switch half >> 8 & 15 {
    case 0: return Instruction(.alu, size: 2, reads: .sp, writes: .sp)
    case 1, 3, 9, 11:
      return Instruction(.compareAndBranch, size: 2, reads: .integer(low), writes: .pc)
    case 2: return alu(writes: low, reads: source)
    case 4, 5:
      let list = Registers.list(half & 0xFF | half << 6 & 0x4000)
      return Instruction(.storeMultiple, size: 2, reads: list, writes: .sp, address: .sp, count: list.count)
    case 12, 13:
      let list = Registers.list(half & 0xFF | half << 7 & 0x8000)
      return Instruction(.loadMultiple, size: 2, writes: list.union(.sp), address: .sp, count: list.count)
    case 6: return Instruction(.system, size: 2)
    case 10:
      if half & 0xC0 == 0x80 { return Instruction(.breakpoint, size: 2) }
      return alu(writes: low, reads: source)
    case 14: return Instruction(.breakpoint, size: 2)
    case 15: return Instruction(half & 15 == 0 ? .hint : .ifThen, size: 2)
    default: return nil
    }
  }

  private static func multiple(_ half: Int) -> Instruction {
    let base = Registers.integer(field(half, 8))
    let list = Registers.list(half & 0xFF)
    if half & 0x0800 == 0 {
      return Instruction(.storeMultiple, size: 2, reads: list, writes: base, address: base, count: list.count)
    }
    return Instruction(.loadMultiple, size: 2, writes: list.union(base), address: base, count: list.count)
  }

  private static func conditional(_ half: Int) -> Instruction {
    switch half >> 8 & 15 {
    case 14, 15: Instruction(.breakpoint, size: 2)
    default: Instruction(.branchConditional, size: 2, writes: .pc)
    }
  }
}
