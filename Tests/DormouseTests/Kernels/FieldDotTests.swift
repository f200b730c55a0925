import DormouseISA
import Testing

@testable import Dormouse

/// Weights below eight bits on every instruction set of this machine.
@Suite("Dot products of packed fields") struct FieldDotTests {
  @Test(arguments: InstructionSet.supported)
  func equalTheirDefinition(set: InstructionSet) throws {
    let cases = try GoldenFields.load()
    for golden in cases {
      let fields = FieldCase(golden)
      expectEqual(fields.sums(on: set), golden.sums.flatMap { $0 }, "\(fields)")
    }
    print("fields on \(set): \(cases.count) cases equal the definition")
  }

  @Test(arguments: InstructionSet.supported.filter { $0 != .portable })
  func equalPortableOnesForEveryRemainder(set: InstructionSet) {
    var random = TestGenerator(7)
    var checked = 0
    for bits in 1...7 {
      for columns in Array(1...136) + [191, 192, 193, 255, 257, 320, 511, 513, 960, 2048] {
        for rows in columns % 32 < 2 ? Array(1...17) : [1 + columns % 17] {
          let fields = FieldCase(
            bits: bits, columns: columns, rows: rows, vectors: 1 + checked % 2, extreme: checked % 5 == 0, &random)
          expectEqual(fields.sums(on: set), fields.sums(on: .portable), "\(fields)")
          checked += 1
        }
      }
    }
    print("fields on \(set): \(checked) cases equal the portable ones")
  }

  @Test(arguments: InstructionSet.supported)
  func addUpOverTheLongestRows(set: InstructionSet) {
    var random = TestGenerator(8)
    for bits in 1...7 {
      let longest = FieldCase(bits: bits, columns: 65536, rows: 3, vectors: 2, extreme: true, &random)
      let greatest = Int32(1) << bits - 1
      let weight = greatest << longest.fields.doubling - longest.fields.offset
      let sum = 65536 * Int32(longest.vectors[0][0]) &* weight
      expectEqual(longest.sums(on: set), [Int32](repeating: sum, count: 6), "\(longest)")
    }
  }
}
