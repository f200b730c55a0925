import DormouseEnergy
import Foundation
import Testing

/// The goldens are LLVM's disassembly of our firmware (`tools/golden/instructions.py`).
@Suite struct DecoderTests {
  @Test(arguments: ["thumb", "riscv"])
  func instructionsAreWhatAnotherDisassemblerSays(family: String) throws {
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/\(family).txt")
    let lines = try String(contentsOf: golden, encoding: .utf8).split(separator: "\n")
    #expect(lines.count > 3000)
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      let code = bytes(words[0])
      let decoded = try InstructionDecoder.decode(code, at: 0, riscV: family == "riscv")
      let instruction = try #require(decoded.first)
      #expect(decoded.count == 1 && instruction.size == code.count, "\(line)")
      let said = [instruction.kind.rawValue, names(instruction.writes), names(instruction.reads)]
      #expect(said == Array(words[1...3]), "\(line)")
    }
  }

  @Test func noCodeIsTooStrange() {
    var generator = SystemRandomNumberGenerator()
    for riscV in [false, true] {
      var decoded = 0
      for _ in 0..<20_000 {
        let code = withUnsafeBytes(of: generator.next()) { Array($0) }
        if (try? InstructionDecoder.decode(code, at: 0, riscV: riscV)) != nil { decoded += 1 }
      }
      #expect(decoded > 0 && decoded < 20_000)
    }
  }

  @Test func anUnknownInstructionIsNamedByItsAddressAndBytes() {
    let error = #expect(throws: CountingError.self) {
      try InstructionDecoder.decode([0x01, 0x00, 0xFF, 0xFF, 0xFF, 0xFF], at: 0x100, riscV: true)
    }
    #expect(error?.description.contains("0x00000102") == true, "\(String(describing: error))")
  }

  private func bytes(_ text: String) -> [UInt8] {
    stride(from: 0, to: text.count, by: 2).map { UInt8(text.dropFirst($0).prefix(2), radix: 16) ?? 0 }
  }

  /// `0,14,s3`, or `-` for none.
  private func names(_ registers: Registers) -> String {
    let found = (0..<64).filter { registers.rawValue >> UInt64($0) & 1 == 1 }.map { $0 < 32 ? "\($0)" : "s\($0 - 32)" }
    return found.isEmpty ? "-" : found.joined(separator: ",")
  }
}
