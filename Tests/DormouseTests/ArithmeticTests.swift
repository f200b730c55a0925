import Foundation
import Testing

@testable import Dormouse

@Suite("Arithmetic") struct ArithmeticTests {
  @Test func logarithmIsWithinTwoUnitsOfTheTrueOne() {
    var worst = 0.0
    var generator = TestGenerator(1)
    for _ in 0..<200_000 {
      let value = UInt64.random(in: 1...UInt64.max, using: &generator) >> UInt64.random(in: 0...63, using: &generator)
      let expected = Foundation.log2(Double(max(value, 1))) * 65536
      worst = max(worst, abs(Double(Logarithm.log2(value)) - expected))
    }
    #expect(worst <= 2)
  }

  @Test func logarithmIsExactAtPowersOfTwoAndNeverFalls() {
    #expect(Logarithm.log2(0) == 0)
    for exponent in 0..<64 { #expect(Logarithm.log2(1 << exponent) == Int32(exponent) << 16) }
    var last: Int32 = 0
    for value in UInt64(1)...100_000 {
      let level = Logarithm.log2(value)
      #expect(level >= last)
      last = level
    }
    #expect(Logarithm.log2(.max) == 64 << 16)
  }

  @Test func productsKeepTheirDocumentedHalves() {
    let extremes: [Int32] = [.min, .min + 1, -1, 0, 1, .max - 1, .max, 123_456_789]
    for a in extremes {
      for b in extremes {
        #expect(fullProduct(a, b) == Int64(a) * Int64(b))
        #expect(highProduct(a, b) == Int32((Int64(a) * Int64(b)) >> 32))
      }
    }
  }

  @Test func sineTableFollowsTheSine() {
    for angle in 0...256 {
      let expected = min((sin(Double(angle) / 1024 * 2 * .pi) * 2_147_483_648).rounded(), 2_147_483_647)
      #expect(abs(Double(SineTable.sine(angle)) - expected) <= 1)
      #expect(SineTable.cosine(angle) == SineTable.sine(256 - angle))
    }
  }
}
