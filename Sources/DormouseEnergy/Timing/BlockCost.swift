/// What straight code costs on a core, with memory as fast as the core.
public struct BlockCost: Equatable, Sendable {
  /// Cycles if the next instruction in memory follows.
  public var base: Double
  /// Cycles more if another one does.
  public var taken: Double
  /// Cycles more if the code was jumped to.
  public var entered: Double

  /// - Parameters:
  ///   - base: cycles if the next instruction in memory follows.
  ///   - taken: cycles more if another one does.
  ///   - entered: cycles more if the code was jumped to.
  public init(base: Double = 0, taken: Double = 0, entered: Double = 0) {
    self.base = base
    self.taken = taken
    self.entered = entered
  }
}

extension [Instruction] {
  /// Whether the first one is 4 bytes long and starts in the middle of a word: after a jump, its second half has to be
  /// fetched too.
  func straddles(_ address: UInt64) -> Bool { first?.size == 4 && address & 2 != 0 }

  /// Each with the one before it.
  var withPrevious: Zip2Sequence<[Instruction?], [Instruction]> { zip([nil] + map { $0 }, self) }
}
