import Testing

@testable import DormouseEnergy

@Suite struct TimingTests {
  /// Sequences whose cycles a manual states, as bytes with their assembly beside them.
  @Test(arguments: [
    // Cortex-M4 TRM 3.3.3: "normally three cycles total", and four.
    ("0968 1268", 3.0),  // ldr r1, [r1]; ldr r2, [r2]
    ("8858 5861", 3.0),  // ldr r0, [r1, r2]; str r0, [r3, #20]
    ("8858 9950", 3.0),  // ldr r0, [r1, r2]; str r1, [r3, r2]
    ("4859 1168 5A68", 4.0),  // ldr r0, [r1, r5]; ldr r1, [r2]; ldr r2, [r3, #4]
    ("0868 0068", 4.0),  // ldr r0, [r1]; ldr r0, [r0]: the address needs the first
    ("0430 0168", 4.0),  // adds r0, #4; ldr r1, [r0]: the address comes late
    ("0130 0A60", 2.0),  // adds r0, #1; str r2, [r1]: always one
    ("F0B5", 6.0),  // push {r4-r7, lr}: 1 + N
    ("21FB0230", 1.0),  // smlad r0, r1, r2, r3
  ])
  func cortexM4TakesWhatItsManualSays(code: String, cycles: Double) throws {
    #expect(try cost(.cortexM4, code).base == cycles)
  }

  @Test func branchesOfCortexM4TakeOneToThreeMore() throws {
    #expect(try cost(.cortexM4, "FED1") == BlockCost(base: 1, taken: 1))  // bne
    #expect(try cost(.cortexM4, "7047") == BlockCost(base: 1, taken: 2))  // bx lr
    #expect(try cost(.cortexM4, "F0BD") == BlockCost(base: 6, taken: 3))  // pop {r4-r7, pc}
    // A target of 4 bytes in the middle of a word.
    #expect(try cost(.cortexM4, "4FF00100", at: 2).entered == 1)
    #expect(try cost(.cortexM4, "4FF00100", at: 4).entered == 0)
  }

  /// `../shared/reference/rtl/NOTES.md` measured these on the core's own description.
  @Test func cv32e40pTakesWhatItsDescriptionTakes() throws {
    #expect(try cost(.cv32e40p, "03250500 93050500").base == 3)  // lw a0, 0(a0); mv a1, a0: load-use
    #expect(try cost(.cv32e40p, "03250500 93850500").base == 2)  // lw a0, 0(a0); mv a1, a1
    #expect(try cost(.cv32e40p, "3305B502").base == 1)  // mul a0, a0, a1
    #expect(try cost(.cv32e40p, "3315B502").base == 5)  // mulh a0, a0, a1
    #expect(try cost(.cv32e40p, "3315B502 6F000000").base == 6)  // mulh a0, a0, a1; j .: fetched meanwhile
    #expect(try cost(.cv32e40p, "6300B500") == BlockCost(base: 1, taken: 2))  // beq a0, a1, .
    #expect(try cost(.cv32e40p, "6F000000") == BlockCost(base: 2))  // j .
    #expect(try cost(.cv32e40p, "67800000") == BlockCost(base: 2))  // ret
    #expect(try cost(.cv32e40p, "93800000 67800000").base == 4)  // mv ra, ra; ret
    #expect(try cost(.cv32e40p, "83200100 67800000").base == 6)  // lw ra, 0(sp); ret
    #expect(try cost(.cv32e40p, "E7800000").base == 3)  // jalr ra: overwrites what it jumps to
    #expect(try cost(.cv32e40p, "93050500", at: 2).entered == 1)
  }

  @Test func cortexM0PlusTakesWhatItsManualSays() throws {
    #expect(try cost(.cortexM0Plus, "0868 4843").base == 3)  // ldr r0, [r1]; muls r0, r1
    #expect(try cost(.cortexM0Plus, "F0BD").base == 8)  // pop {r4-r7, pc}: 3 + N
    #expect(try cost(.cortexM0Plus, "FED1") == BlockCost(base: 1, taken: 1))  // bne
    #expect(try cost(.cortexM0Plus, "00F000F8").base == 3)  // bl
  }

  @Test func ibexTakesWhatItsManualSays() throws {
    #expect(try cost(.ibex, "03250500").base == 2)  // lw
    #expect(try cost(.ibex, "3305B502").base == 3)  // mul
    #expect(try cost(.ibex, "6300B500") == BlockCost(base: 1, taken: 2))  // beq
  }

  @Test func instructionsThatACoreLacksAreRefused() throws {
    let code = try InstructionDecoder.decode([0x22, 0xEF, 0x40, 0x08], at: 0, riscV: false)  // vadd.i32
    #expect(Core.cortexM55.timing.has(code[0]) && !Core.cortexM4.timing.has(code[0]))
    let wide = try InstructionDecoder.decode([0x4F, 0xF0, 0x01, 0x00], at: 0, riscV: false)  // mov.w
    #expect(Core.cortexM4.timing.has(wide[0]) && !Core.cortexM0Plus.timing.has(wide[0]))
  }

  @Test func everyTableNamesItsSources() {
    for core in Core.allCases {
      #expect(core.timing.core == core && !core.timing.source.isEmpty)
    }
  }

  @Test func waitStatesCostWhatTheMemoryHides() throws {
    // 8 two-byte instructions, a line of 16 bytes, run 10 times after a jump; 5 flash reads, of 4 lines, of which 3 miss.
    let block = Block(
      address: 0, code: Array(repeating: [0x40, 0x1C], count: 8).flatMap { $0 }, instructions: 8, function: "f",
      isFlash: true, tallies: [Block.Tally(stage: .frontEnd, executed: 10, taken: 10, entered: 10)])
    let stage = StageCounts(
      stage: .frontEnd, occurrences: 2, instructions: 80, takenBranches: 10, loads: 5, stores: 0, flashReads: 5,
      flashLines: [4, 4, 4], flashMisses: 3)
    let run = CountedRun(
      core: .cortexM4, stages: [stage], functions: [], blocks: [block], stopped: false, total: 80, output: "",
      exitCode: 0)
    let table = Core.cortexM4.timing
    let quick = try #require(try table.cycles(run)[.frontEnd])
    #expect(quick == 100)  // 80 and 10 refills of 2
    let slow = try table.cycles(run, memory: FlashTiming(waitStates: 3))
    #expect(slow[.frontEnd] == quick + 10 * 3 + 4 * 3)
    let cached = try table.cycles(run, memory: FlashTiming(waitStates: 3, cache: true))
    #expect(cached[.frontEnd] == quick + 2 * 3 + 3 * 3)
  }

  private func cost(_ core: Core, _ code: String, at address: UInt64 = 0) throws -> BlockCost {
    let digits = code.filter { $0 != " " }
    let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits.dropFirst($0).prefix(2), radix: 16) ?? 0 }
    let instructions = try InstructionDecoder.decode(bytes, at: address, riscV: core.isRiscV)
    return core.timing.cost(of: instructions, at: address)
  }
}
