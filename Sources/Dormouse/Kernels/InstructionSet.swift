import DormouseISA

/// The instructions that kernels run on.
///
/// On x86-64 the choice is made at start-up and can be forced, for tests and comparisons. Elsewhere it is fixed when
/// compiling, and the value only names it. All sets compute the same, bit for bit.
public struct InstructionSet: Equatable, Sendable {
  /// Raw value shared with DormouseISA.
  public let rawValue: Int32

  /// Plain C and Swift: what the compiler makes of it.
  public static var portable: InstructionSet { InstructionSet(rawValue: Int32(DM_PORTABLE)) }
  /// x86-64 with AVX2.
  public static var avx2: InstructionSet { InstructionSet(rawValue: Int32(DM_AVX2)) }
  /// x86-64 with AVX-512 and its byte dot products (VNNI).
  public static var avx512: InstructionSet { InstructionSet(rawValue: Int32(DM_AVX512)) }
  /// Cortex-M4, M7 and M33: two 16-bit products an instruction.
  public static var dsp: InstructionSet { InstructionSet(rawValue: Int32(DM_DSP)) }
  /// Cortex-M55 and M85: the vectors of Helium.
  public static var helium: InstructionSet { InstructionSet(rawValue: Int32(DM_HELIUM)) }
  /// 64-bit Arm.
  public static var neon: InstructionSet { InstructionSet(rawValue: Int32(DM_NEON)) }
  /// 64-bit Arm with byte dot products.
  public static var neonDot: InstructionSet { InstructionSet(rawValue: Int32(DM_NEON_DOT)) }

  @inline(__always)
  init(rawValue: Int32) { self.rawValue = rawValue }

  /// The best set of the core that runs this.
  @inline(__always)
  public static var best: InstructionSet { InstructionSet(rawValue: dm_best_set()) }

  /// Whether this build on this core can run the set.
  public var isSupported: Bool { dm_supports(rawValue) != 0 }
}
