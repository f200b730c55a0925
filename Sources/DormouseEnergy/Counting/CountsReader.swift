/// Reads what the counting plugin wrote (the format stands in `tools/count/stages.c`).
struct CountsReader {
  private let core: Core
  private let elf: ElfFile
  /// Instructions.
  private(set) var total: UInt64 = 0
  private var stopped = false
  private var isWhole = false
  private var stages: [StageCounts] = []
  private var blocks: [Block] = []
  private var block: (address: UInt64, instructions: Int, code: [UInt8])?
  private var tallies: [Block.Tally] = []

  init(core: Core, elf: ElfFile) {
    self.core = core
    self.elf = elf
  }

  /// Takes the file.
  ///
  /// - Throws: that it is not what the plugin writes.
  mutating func read(_ text: String) throws(CountingError) {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      let numbers = words.dropFirst().compactMap { UInt64($0) }
      switch (words[0], numbers.count) {
      case ("total", 1): total = numbers[0]
      case ("stopped", 1): stopped = numbers[0] != 0
      case ("stage", 11): add(stage: numbers)
      case ("tally", 4):
        tallies.append(
          Block.Tally(
            stage: CountsReader.stage(numbers[0]), executed: numbers[1], taken: numbers[2], entered: numbers[3]))
      case ("block", _) where words.count == 4:
        endBlock()
        guard let address = UInt64(words[1], radix: 16), let count = Int(words[2]) else { break }
        block = (address, count, code(words[3], at: address))
      case ("end", 0): isWhole = true
      default: break
      }
    }
    endBlock()
    guard isWhole else { throw CountingError("the counting plugin wrote no complete result; is the disk full?") }
  }

  /// What was counted.
  func run(output: String, exitCode: Int32) -> CountedRun {
    var functions: [String: FunctionCounts] = [:]
    for block in blocks {
      let executed = block.tallies.reduce(0) { $0 + $1.executed } * UInt64(block.instructions)
      let address = elf.function(at: block.address)?.address ?? 0
      let before = functions[block.function]?.instructions ?? 0
      functions[block.function] = FunctionCounts(
        name: block.function, address: address, instructions: before + executed)
    }
    return CountedRun(
      core: core, stages: stages.sorted { $0.stage < $1.stage },
      functions: functions.values.sorted { ($1.instructions, $0.name) < ($0.instructions, $1.name) },
      blocks: blocks.sorted { ($0.address, $0.code.count) < ($1.address, $1.code.count) },
      stopped: stopped, total: total, output: output, exitCode: exitCode)
  }

  private mutating func add(stage numbers: [UInt64]) {
    stages.append(
      StageCounts(
        stage: CountsReader.stage(numbers[0]), occurrences: numbers[1], instructions: numbers[2],
        takenBranches: numbers[3], loads: numbers[4], stores: numbers[5], flashReads: numbers[6],
        flashLines: Array(numbers[7..<10]), flashMisses: numbers[10]))
  }

  private mutating func endBlock() {
    if let block, !tallies.isEmpty {
      blocks.append(
        Block(
          address: block.address, code: block.code, instructions: block.instructions,
          function: elf.function(at: block.address)?.name ?? "?",
          isFlash: elf.flash.contains { $0.contains(block.address) }, tallies: tallies))
    }
    block = nil
    tallies = []
  }

  private static func stage(_ number: UInt64) -> Stage {
    let plain: [Stage] = [.start, .acquire, .frontEnd, .detector, .other, .idle]
    let index = Int(clamping: number)
    return index < plain.count ? plain[index] : .layer(index - plain.count)
  }

  /// The bytes of a block; those that the emulator did not show come from the file.
  private func code(_ text: Substring, at address: UInt64) -> [UInt8] {
    let digits = Array(text.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map { index in
      if digits[index] == 45 { return elf.byte(at: address + UInt64(index / 2)) ?? 0 }
      let (high, low) = (CountsReader.digit(digits[index]), CountsReader.digit(digits[index + 1]))
      return high << 4 | low
    }
  }

  private static func digit(_ character: UInt8) -> UInt8 { (character < 58 ? character &- 48 : character &- 87) & 15 }
}
