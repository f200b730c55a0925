import DormouseISA

/// A few input vectors in the form in which the core multiplies them with rows of weights.
struct PreparedVectors {
  /// The vectors, as they came or prepared.
  var elements: UnsafePointer<Int8>
  /// Bytes from one to the next, where they are as they came.
  var stride: Int
  /// How many.
  var positions: Int
  /// Elements of each.
  let length: Int
  /// Sums of the elements of each; only for codes of fields.
  private(set) var totals = InlineArray<2, Int32>(repeating: 0)

  /// Vectors that are read where they lie, until `prepare` moves them.
  @inline(__always)
  init(_ elements: UnsafePointer<Int8>, length: Int, stride: Int = 0, positions: Int = 1) {
    self.elements = elements
    self.stride = stride
    self.positions = positions
    self.length = length
  }

  /// Vectors that are multiplied together, at most.
  @inline(__always)
  static func together(_ code: WeightCode, on set: InstructionSet) -> Int {
    Int(code.family == .fields ? dm_field_positions(set.rawValue) : dm_positions(set.rawValue))
  }

  /// Whether the core wants vectors prepared for this code.
  @inline(__always)
  static func arePrepared(_ code: WeightCode, on set: InstructionSet) -> Bool {
    code.family == .fields || dm_widens(set.rawValue) != 0
  }

  /// Bytes that two prepared vectors, or four that were copied, take on any core.
  @inline(__always)
  static func room(length: Int, _ code: WeightCode) -> Int {
    guard code.family == .fields else { return 4 &* ((length &+ 3) & ~3) }
    return 2 &* PackedRows.groups(columns: length)
      &* Int(dm_prepared_group(Int32(truncatingIfNeeded: code.bits)))
  }

  /// Prepares `vector` as number `position` in `room`, aligned to 16; to be called for each of `positions`.
  @inline(__always)
  mutating func prepare(
    _ vector: UnsafePointer<Int8>, at position: Int, in room: UnsafeMutablePointer<Int8>, _ code: WeightCode,
    on set: InstructionSet
  ) {
    if code.family == .fields {
      totals[position] = dm_prepare_fields(
        set.rawValue, Int32(truncatingIfNeeded: code.bits), vector, Int32(truncatingIfNeeded: length),
        Int32(truncatingIfNeeded: position), Int32(truncatingIfNeeded: positions), room)
    } else {
      dm_widen(
        vector, Int32(truncatingIfNeeded: length), Int32(truncatingIfNeeded: position),
        Int32(truncatingIfNeeded: positions), room)
    }
    elements = UnsafePointer(room)
  }
}
