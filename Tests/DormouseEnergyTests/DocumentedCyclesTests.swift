import Foundation
import Testing

@testable import DormouseEnergy

/// The timing tables against the cycles that Arm's manuals state (`tools/golden/documented_cycles.py`).
@Suite struct DocumentedCyclesTests {
  /// A sequence of instructions and the cycles that a manual states for it.
  struct Sequence: CustomStringConvertible, Sendable {
    let core: Core
    let code: [UInt8]
    let cycles: ClosedRange<Double>
    let taken: ClosedRange<Double>
    let assembly: String
    let place: String

    var description: String { "\(assembly) on \(core.title), \(place)" }

    init?(line: Substring) {
      let parts = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let words = parts[0].split(separator: " ")
      let numbers = words.dropFirst(2).compactMap { Double($0) }
      guard parts.count == 3, numbers.count == 4, let core = Core(rawValue: String(words[0])) else { return nil }
      self.core = core
      code = stride(from: 0, to: words[1].count, by: 2).compactMap {
        UInt8(words[1].dropFirst($0).prefix(2), radix: 16)
      }
      cycles = numbers[0]...numbers[1]
      taken = numbers[2]...numbers[3]
      assembly = parts[1]
      place = parts[2]
    }
  }

  @Test func everySequenceTakesWhatItsManualStates() throws {
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/documented.txt")
    let lines = try String(contentsOf: golden, encoding: .utf8).split(separator: "\n")
    var checked: [Core: Int] = [:]
    for line in lines {
      let sequence = try #require(Sequence(line: line), "\(line)")
      let table = sequence.core.timing
      let instructions = try InstructionDecoder.decode(sequence.code, at: 0, riscV: false)
      #expect(instructions.allSatisfy(table.has), "\(sequence)")
      let cost = table.cost(of: instructions, at: 0)
      #expect(sequence.cycles.contains(cost.base), "\(sequence): \(cost.base)")
      // What ends a block without being a branch is never followed by anything but the next instruction.
      if sequence.taken.upperBound > 0 || sequence.core == .cortexM0Plus {
        #expect(sequence.taken.contains(cost.taken), "\(sequence): \(cost.taken) if taken")
      }
      #expect(cost.entered == 0, "\(sequence)")
      checked[sequence.core, default: 0] += 1
    }
    #expect(checked[.cortexM4, default: 0] > 90 && checked[.cortexM0Plus, default: 0] > 30, "\(checked)")
  }
}
