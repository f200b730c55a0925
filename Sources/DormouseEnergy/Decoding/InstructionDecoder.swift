/// Decodes code of Armv6-M to Armv8.1-M, or of RV32IMC with Zbb.
public enum InstructionDecoder {
  /// The instructions of straight code.
  ///
  /// - Throws: `CountingError` at the first that is none, with its address.
  public static func decode(_ code: [UInt8], at address: UInt64, riscV: Bool) throws(CountingError) -> [Instruction] {
    var instructions: [Instruction] = []
    var offset = 0
    while offset + 2 <= code.count {
      let half = Int(code[offset]) | Int(code[offset + 1]) << 8
      let isWide = riscV ? half & 3 == 3 : half >> 11 > 0x1C
      var instruction: Instruction?
      if !isWide {
        instruction = riscV ? RiscVCompressed.decode(half) : Thumb16.decode(half)
      } else if offset + 4 <= code.count {
        let next = Int(code[offset + 2]) | Int(code[offset + 3]) << 8
        instruction = riscV ? RiscV.decode(half | next << 16) : Thumb32.decode(half, next)
      }
      guard let instruction else {
        let bytes = code[offset..<min(offset + (isWide ? 4 : 2), code.count)].map { hexadecimal($0, digits: 2) }
        throw CountingError(
          "the code at 0x\(hexadecimal(address + UInt64(offset), digits: 8)) is no instruction that can be timed "
            + "(bytes \(bytes.joined(separator: " ")))")
      }
      instructions.append(instruction)
      offset += instruction.size
    }
    return instructions
  }
}

/// `value` in base 16, at least `digits` long.
func hexadecimal<Value: BinaryInteger>(_ value: Value, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
