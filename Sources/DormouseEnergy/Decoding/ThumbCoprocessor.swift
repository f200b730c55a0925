/// Decodes the coprocessor space of the Thumb set: floating point of single and double precision; vectors are
/// `ThumbVector`'s ("Armv8-M Architecture Reference Manual", DDI 0553B, C2.4).
enum ThumbCoprocessor {
  /// The instruction that two halfwords are; nil if they are none that firmware for these cores has.
  static func decode(_ first: Int, _ second: Int) -> Instruction? {
    let isTransfer = first & 0x0200 == 0
    let coprocessor = second >> 8 & 15
    if first & 0x0300 == 0x0300 { return ThumbVector.decode(first, second) }
    if coprocessor == 9 || coprocessor == 10 || coprocessor == 11 {
      if isTransfer { return floatTransfer(first, second) }
      if first & 0x1000 == 0 {
        return second & 0x10 == 0 ? floatArithmetic(first, second) : floatMove(first, second)
      }
      return first & 0x1000 != 0 && second & 0x50 == 0 ? make(.floatArithmetic, first, second) : nil
    }
    guard coprocessor >= 14 else { return nil }
    return isTransfer ? ThumbVector.transfer(first, second) : ThumbVector.decode(first, second)
  }

  /// The three operands of floating point, `[D:Vd, N:Vn, M:Vm]`.
  private static func operands(_ first: Int, _ second: Int) -> (Registers, Registers, Registers) {
    let isDouble = second & 0x0100 != 0
    func register(_ four: Int, _ one: Int) -> Registers {
      isDouble ? .double(four & 15 | one << 4 & 16) : .single(four << 1 & 30 | one & 1)
    }
    return (
      register(second >> 12, first >> 6), register(first, second >> 7), register(second, second >> 5)
    )
  }

  private static func make(_ kind: Instruction.Kind, _ first: Int, _ second: Int) -> Instruction {
    let (target, left, right) = operands(first, second)
    return Instruction(kind, size: 4, reads: left.union(right), writes: target)
  }

  private static func floatArithmetic(_ first: Int, _ second: Int) -> Instruction {
    let (target, left, right) = operands(first, second)
    let operation = first >> 5 & 4 | first >> 4 & 3
    switch operation {
    case 0, 1, 5, 6:
      return Instruction(.floatMultiplyAdd, size: 4, reads: [target, left, right], writes: target)
    case 2: return Instruction(.floatMultiply, size: 4, reads: left.union(right), writes: target)
    case 3: return Instruction(.floatArithmetic, size: 4, reads: left.union(right), writes: target)
    case 4: return Instruction(.floatDivide, size: 4, reads: left.union(right), writes: target)
    default: break
    }
    switch (first & 15, second >> 6 & 3) {
    case (_, 0), (_, 2): return Instruction(.floatMove, size: 4, writes: target)  // an immediate
    case (0, 1): return Instruction(.floatMove, size: 4, reads: right, writes: target)
    case (1, 3): return Instruction(.floatRoot, size: 4, reads: right, writes: target)
    case (4, _): return Instruction(.floatArithmetic, size: 4, reads: target.union(right))  // a comparison
    case (5, _): return Instruction(.floatArithmetic, size: 4, reads: target)
    default: return Instruction(.floatArithmetic, size: 4, reads: right, writes: target)
    }
  }

  /// Between integer registers and the others, one at a time.
  private static func floatMove(_ first: Int, _ second: Int) -> Instruction {
    let integer = Registers.integer(second >> 12)
    if first & 0x00E0 == 0x00E0, second & 0x0100 == 0 {  // vmrs, vmsr
      return first & 0x10 == 0
        ? Instruction(.floatMove, size: 4, reads: integer)
        : Instruction(.floatMove, size: 4, writes: integer == .pc ? [] : integer)
    }
    if first & 0x90 == 0x80, second & 0x0100 != 0 {  // vdup
      return Instruction(.vectorArithmetic, size: 4, reads: integer, writes: .vector(first >> 1 & 7))
    }
    let other =
      second & 0x0100 == 0
      ? Registers.single(first << 1 & 30 | second >> 7 & 1) : .double(first & 15 | second >> 3 & 16)
    return first & 0x10 == 0
      ? Instruction(.floatMove, size: 4, reads: integer, writes: other)
      : Instruction(.floatMove, size: 4, reads: other, writes: integer)
  }

  private static func floatTransfer(_ first: Int, _ second: Int) -> Instruction? {
    let base = Registers.integer(first & 15)
    let isLoad = first & 0x10 != 0
    if first & 0x01E0 == 0x0040 {  // two integer registers
      let pair: Registers = [.integer(second >> 12), base]
      let value = Registers.double(second & 15 | second >> 1 & 16)
      return Instruction(.floatMove, size: 4, reads: isLoad ? value : pair, writes: isLoad ? pair : value, count: 2)
    }
    let start = operands(first, second).0
    if first & 0x0120 == 0x0100 {
      return isLoad
        ? Instruction(.floatLoad, size: 4, writes: start, address: base, count: start.count)
        : Instruction(.floatStore, size: 4, reads: start, address: base, count: start.count)
    }
    let words = second & 0xFF
    let list = (0..<min(words, 32)).reduce(into: Registers()) { all, step in
      all.insert(Registers(rawValue: (start.rawValue & (~start.rawValue &+ 1)) << UInt64(step)))
    }
    let updated: Registers = first & 0x20 != 0 ? base : []
    return isLoad
      ? Instruction(.floatLoadMultiple, size: 4, writes: list.union(updated), address: base, count: words)
      : Instruction(.floatStoreMultiple, size: 4, reads: list, writes: updated, address: base, count: words)
  }
}
