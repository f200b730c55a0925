import DormouseISA

/// The instructions that kernels run on.
///
/// On x86-64 the choice is made at start-up and can be forced, for tests and comparisons. Elsewhere it is fixed when
/// compiling, and the value only names it. All sets compute the same, bit for bit.
public struct InstructionSet: Equatable, Sendable {
  /// Raw value shared with DormouseISA.
  public let rawValue: Int32

  /// Plain C and Swift: what the compiler makes of it.
  public static let portable = InstructionSet(rawValue: Int32(DM_PORTABLE))

  init(rawValue: Int32) { self.rawValue = rawValue }

  /// The best set of the core that runs this.
  @inline(__always)
  public static var best: InstructionSet { InstructionSet(rawValue: dm_best_set()) }

  /// Whether this build on this core can run the set.
  public var isSupported: Bool { dm_supports(rawValue) != 0 }
}
