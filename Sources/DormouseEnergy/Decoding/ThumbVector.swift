/// Decodes the vector instructions of Armv8.1-M ("Armv8-M Architecture Reference Manual", DDI 0553B, C2.4) as far as
/// integers go; what it takes for plain arithmetic may be a conversion or a complex product.
enum ThumbVector {
  /// A load or a store.
  static func transfer(_ first: Int, _ second: Int) -> Instruction {
    let isLoad = first & 0x10 != 0
    let isUpdating = first & 0x20 != 0
    let isWhole = second & 0x1000 != 0
    let value = Registers.vector(second >> 13)
    if second & 0x1F80 == 0x0F80 {  // a special register
      return Instruction(isLoad ? .floatLoad : .floatStore, size: 4, address: .integer(first & 15))
    }
    if first & 0x1100 == 0x1000, isWhole {  // interleaved: two vectors, half of each at a time
      let both = value.union(.vector((second >> 13) + 1))
      let base = Registers.integer(first & 15)
      return isLoad
        ? Instruction(
          .vectorLoad, size: 4, reads: both, writes: isUpdating ? both.union(base) : both, address: base, count: 2)
        : Instruction(.vectorStore, size: 4, reads: both, writes: isUpdating ? base : [], address: base, count: 2)
    }
    let hasVectorBase = first & 0x1100 == 0x1100 && isWhole
    if first & 0x0120 == 0 || hasVectorBase {
      let address: Registers =
        hasVectorBase ? .vector(first >> 1) : [.integer(first & 15), .vector(second >> 1)]
      let updated: Registers = hasVectorBase && isUpdating ? address : []
      return isLoad
        ? Instruction(.vectorGather, size: 4, writes: value.union(updated), address: address, count: 4)
        : Instruction(.vectorScatter, size: 4, reads: value, writes: updated, address: address, count: 4)
    }
    // Elements that change their width have one of the lower registers for a base.
    let base = Registers.integer(first & (isWhole ? 15 : 7))
    return isLoad
      ? Instruction(.vectorLoad, size: 4, writes: isUpdating ? value.union(base) : value, address: base)
      : Instruction(.vectorStore, size: 4, reads: value, writes: isUpdating ? base : [], address: base)
  }

  /// Anything else.
  static func decode(_ first: Int, _ second: Int) -> Instruction? {
    if first & 0x0100 != 0 { return lanes(first, second) }
    return first & 0x80 != 0 ? reduction(first, second) : mixed(first, second)
  }

  private static func make(
    _ kind: Instruction.Kind, reads: Registers = [], writes: Registers = []
  ) -> Instruction {
    Instruction(kind, size: 4, reads: reads, writes: writes)
  }

  private static func operands(_ first: Int, _ second: Int) -> (Registers, Registers, Registers) {
    (.vector(second >> 13), .vector(first >> 1), .vector(second >> 1))
  }

  /// Of vectors, lane by lane, and with immediates.
  private static func lanes(_ first: Int, _ second: Int) -> Instruction {
    let (target, left, right) = operands(first, second)
    if first & 0x80 != 0, second & 0x10 != 0 {  // an immediate, or a shift by one
      return make(.vectorArithmetic, reads: first & 0x38 == 0 ? [] : right, writes: target)
    }
    if first & 0x10B0 == 0x10B0 { return make(.vectorArithmetic, reads: right, writes: target) }
    // vmul, vqdmulh, vfma and vfms, vmul of floating point
    let isProduct = [0x0950, 0x0B40, 0x0C50, 0x0D50].contains(second & 0x0F50) && first & 0x80 == 0
    return make(isProduct ? .vectorMultiply : .vectorArithmetic, reads: left.union(right), writes: target)
  }

  /// Sums, extremes and dot products, into integer registers.
  private static func reduction(_ first: Int, _ second: Int) -> Instruction {
    let (_, left, right) = operands(first, second)
    if first & 0x73 == 0x62 {  // vmaxv, vminv
      let extreme = Registers.integer(second >> 12)
      return make(.vectorArithmetic, reads: extreme.union(right), writes: extreme)
    }
    var sum = Registers.integer(second >> 12 & 14)
    if first & 0x70 != 0x70 { sum.insert(.integer(first >> 3 & 14 | 1)) }
    let added: Registers = second & 0x20 != 0 ? sum : []
    if first & 1 != 0, second & 0x0F00 == 0x0F00 {
      return make(.vectorArithmetic, reads: right.union(added), writes: sum)
    }
    return make(.vectorMultiply, reads: [left, right, added], writes: sum)
  }

  /// Comparisons, predicates, selections; with an integer register; products that change the width.
  private static func mixed(_ first: Int, _ second: Int) -> Instruction {
    let (target, left, right) = operands(first, second)
    let scalar = Registers.integer(second & 15)
    if second & 0x0100 != 0 {
      if first & 0x1001 == 0x1001 {
        if first & 0x30 == 0x30, second & 0x41 == 1 {  // vpsel
          return make(.vectorArithmetic, reads: left.union(right), writes: target)
        }
        return make(.vectorPredicate)
      }
      return make(.vectorArithmetic, reads: left.union(scalar), writes: target)
    }
    if second & 0x40 != 0 {
      if first & 0x31 == 0x31 { return make(.vectorArithmetic, reads: target.union(scalar), writes: target) }
      let added: Registers = second & 0x20 == 0 ? target : []
      return make(.vectorMultiply, reads: [left, scalar, added], writes: target)
    }
    if first & 0x31 == 0x31 { return make(.vectorArithmetic, reads: target.union(right), writes: target) }
    return make(.vectorMultiply, reads: left.union(right), writes: target)
  }
}
