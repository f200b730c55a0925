import Foundation
import Testing

@testable import DormouseEnergy

@Suite(.enabled(if: Assembly.isAvailable, "clang, ld.lld, cc or QEMU is missing"))
struct CounterTests {
  private static let staged = """
      mov r9, r9      @ acquire
      movs r0, #10
    loop:
      mov r10, r10    @ front end
      ldr r1, =table
      ldr r1, [r1]
      push {r1}
      subs r0, #1
      bne loop
      mov r11, r11    @ layer 0
      nop
      mov r11, r11    @ layer 1
      bl function
      mov r12, r12    @ detector
      \(Assembly.exit)
      .align 2
    table: .word 1
      .thumb_func
      .type function, %function
    function:
      nop
      bx lr
    """

  @Test func countsAreThoseOfTheCodeByStageAndByFunction() throws {
    let run = try Counter(core: .cortexM4).run(elf: Assembly.elf(CounterTests.staged))
    #expect(!run.stopped && run.exitCode == 0 && run.output.isEmpty)
    #expect(run.stages.map(\.stage) == [.start, .acquire, .frontEnd, .layer(0), .layer(1), .detector])
    #expect(run[.start]?.instructions == 0 && run[.acquire]?.instructions == 2)
    let frontEnd = try #require(run[.frontEnd])
    #expect(frontEnd.occurrences == 10 && frontEnd.instructions == 60 && frontEnd.takenBranches == 9)
    #expect(frontEnd.loads == 20 && frontEnd.stores == 10 && frontEnd.flashReads == 20)
    #expect(run[.layer(0)]?.instructions == 2)
    #expect(run[.layer(1)]?.instructions == 4 && run[.layer(1)]?.takenBranches == 2)
    #expect(run[.detector]?.instructions == 4)
    #expect(run.total == 72)
    #expect(run.functions.first { $0.name == "function" }?.instructions == 2)
    // As the table of the Cortex-M4 has it: 10 times 1, 2, 2, 2, 1, 1, and 9 jumps.
    let cycles = try run.core.timing.cycles(run)
    #expect(cycles[.acquire] == 2)
    #expect(cycles[.frontEnd] == 99)
  }

  @Test func theSameFirmwareGivesTheSameCounts() throws {
    let elf = try Assembly.elf(CounterTests.staged)
    let runs = try (0..<2).map { _ in try Counter(core: .cortexM4).run(elf: elf) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(runs[0].stages) == encoder.encode(runs[1].stages))
    #expect(try encoder.encode(runs[0].functions) == encoder.encode(runs[1].functions))
    #expect(runs[0].total == runs[1].total)
  }

  @Test func riscVIsCountedToo() throws {
    let code = """
        slti x0, x0, 2    # front end
        li a0, 10
      loop:
        mul a1, a0, a0
        addi a0, a0, -1
        bnez a0, loop
        slti x0, x0, 4    # detector
      end: j end
      """
    let run = try Counter(core: .cv32e40p).run(elf: Assembly.elf(code, for: .riscv32), limit: 1000)
    #expect(run.stopped && run[.frontEnd]?.instructions == 32 && run[.frontEnd]?.takenBranches == 9)
    let cycles = try run.core.timing.cycles(run)
    // 2 and 10 times 3, and 9 jumps of 2. The loop starts with 4 bytes in the middle of a word: each jump there takes one more.
    #expect(cycles[.frontEnd] == 59)
  }

  @Test func aRunThatNeverEndsIsStoppedAndSaysSo() throws {
    let run = try Counter(core: .cortexM4).run(elf: Assembly.elf("mov r10, r10\nend: b end"), limit: 100_000)
    #expect(run.stopped && (100_000..<100_010).contains(run.total))
    #expect(run[.frontEnd]?.occurrences == 1 && run[.idle] == nil)
  }

  @Test func firmwareThatWaitsForAnInterruptIsIdleUntilItsTimeIsOver() throws {
    let run = try Counter(core: .cortexM4).run(elf: Assembly.elf("nop\nwait: wfi\nb wait"), seconds: 10)
    #expect(run.stopped && run[.idle]?.occurrences == 1 && run.total < 10)
  }

  @Test func firmwareForAnotherCoreIsRefusedInOneLine() throws {
    let wide = try Assembly.elf("mov.w r0, #1\n\(Assembly.exit)")
    expectRefusal(of: wide, on: .cortexM0Plus, saying: "Armv7E-M")
    expectRefusal(of: wide, on: .ibex, saying: "built for Arm")
    let vectors = try Assembly.elf("nop\n\(Assembly.exit)", for: .armv81m)
    expectRefusal(of: vectors, on: .cortexM4, saying: "Armv8.1-M")
    let riscV = try Assembly.elf("nop\nend: j end", for: .riscv32)
    expectRefusal(of: riscV, on: .cortexM4, saying: "built for RISC-V")
  }

  @Test func anInstructionThatTheCoreLacksIsFoundWhenItIsTimed() throws {
    // The attributes say Armv6-M, the code does not keep to it.
    let elf = try Assembly.elf(".inst.w 0xF04F0001\n\(Assembly.exit)", for: .armv6m)
    let run = try Counter(core: .cortexM0Plus).run(elf: elf)
    let error = #expect(throws: CountingError.self) { try Core.cortexM0Plus.timing.cycles(run) }
    #expect(error?.description.contains("does not have") == true)
  }

  @Test func filesThatAreNoFirmwareAreRefusedInOneLine() throws {
    let folder = FileManager.default.temporaryDirectory
    expectRefusal(of: folder.appendingPathComponent("nowhere.elf"), on: .cortexM4, saying: "can't be read")
    let text = folder.appendingPathComponent("dormouse-\(UUID().uuidString).elf")
    try "no firmware".write(to: text, atomically: true, encoding: .utf8)
    expectRefusal(of: text, on: .cortexM4, saying: "no ELF file")
  }

  private func expectRefusal(of elf: URL, on core: Core, saying words: String) {
    let error = #expect(throws: CountingError.self) { try Counter(core: core).run(elf: elf) }
    let line = error?.description ?? ""
    #expect(line.contains(words) && !line.contains("\n"), "\(line)")
  }
}
