/// A set of registers, as far as hazards go.
public struct Registers: OptionSet, Hashable, Sendable {
  /// Bits 0 to 31: the integer registers; 32 to 63: the single-precision ones, four of which are one vector.
  public let rawValue: UInt64

  /// A set by its bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Integer register `index`, 0 to 31.
  public static func integer(_ index: Int) -> Registers { Registers(rawValue: 1 << UInt64(index & 31)) }
  /// Single-precision register `index`, 0 to 31.
  public static func single(_ index: Int) -> Registers { Registers(rawValue: 1 << UInt64(32 + index & 63)) }
  /// Double-precision register `index`, 0 to 15.
  public static func double(_ index: Int) -> Registers { Registers(rawValue: 3 << UInt64(32 + 2 * (index & 15))) }
  /// Vector register `index`, 0 to 7.
  public static func vector(_ index: Int) -> Registers { Registers(rawValue: 15 << UInt64(32 + 4 * (index & 7))) }
  /// Integer registers by the bits of a register list.
  public static func list(_ bits: Int) -> Registers { Registers(rawValue: UInt64(bits & 0xFFFF)) }

  /// Arm's stack pointer.
  public static let sp = integer(13)
  /// Arm's link register.
  public static let lr = integer(14)
  /// Arm's program counter.
  public static let pc = integer(15)

  /// How many they are.
  public var count: Int { rawValue.nonzeroBitCount }
}
