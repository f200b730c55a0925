import DormouseEnergy
import Foundation

// For tools: cycles of bare-metal firmware by stage and by function, as one JSON object.

private struct Counted: Encodable {
  let core: String
  let validated: String?
  let instructions: UInt64
  let stopped: Bool
  let exitCode: Int32
  let stages: [String: Part]
  let functions: [String: Part]

  struct Part: Encodable {
    let times: UInt64?
    let instructions: UInt64
    let cycles: Double
  }

  init(_ run: CountedRun) throws(CountingError) {
    let table = run.core.timing
    let cycles = try table.cycles(run)
    let byFunction = try table.cyclesByFunction(run)
    core = run.core.rawValue
    validated = table.validated
    instructions = run.total
    stopped = run.stopped
    exitCode = run.exitCode
    stages = Dictionary(
      uniqueKeysWithValues: run.stages.map {
        let cycles = cycles[$0.stage] ?? 0
        return ($0.stage.description, Part(times: $0.occurrences, instructions: $0.instructions, cycles: cycles))
      })
    functions = Dictionary(
      uniqueKeysWithValues: run.functions.map {
        ($0.name, Part(times: nil, instructions: $0.instructions, cycles: byFunction[$0.name] ?? 0))
      })
  }
}

private func complain(_ line: String, code: Int32) -> Never {
  FileHandle.standardError.write(Data("dormouse-cycles: \(line)\n".utf8))
  exit(code)
}

private let words = CommandLine.arguments
guard words.count >= 3, let core = Core(rawValue: words[1]) else {
  let cores = Core.allCases.map(\.rawValue).joined(separator: "|")
  complain("usage: dormouse-cycles \(cores) FIRMWARE.elf [NAME ARGUMENT...]", code: 2)
}
do {
  let elf = URL(fileURLWithPath: words[2])
  let counted = try Counted(Counter(core: core).run(elf: elf, arguments: Array(words.dropFirst(4))))
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  FileHandle.standardOutput.write(try encoder.encode(counted) + Data("\n".utf8))
} catch {
  complain("\(error)", code: 1)
}
