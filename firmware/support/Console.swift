import Support

/// Text on the host's console, without a heap.
struct Console {
  /// Writes a literal.
  func write(_ text: StaticString) {
    console_write_bytes(text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Writes UTF-8 bytes.
  func write(_ text: UnsafeBufferPointer<UInt8>) {
    guard let start = text.baseAddress else { return }
    console_write_bytes(start, text.count)
  }

  /// Writes a number in decimal.
  func write(_ value: Int) {
    var digits = InlineArray<12, UInt8>(repeating: 0)
    var first = 11
    var rest = value.magnitude
    repeat {
      first &-= 1
      digits[first] = UInt8(truncatingIfNeeded: 48 &+ rest % 10)
      rest /= 10
    } while rest != 0
    if value < 0 {
      first &-= 1
      digits[first] = 45
    }
    digits.span.withUnsafeBufferPointer { bytes in
      write(UnsafeBufferPointer(start: bytes.baseAddress! + first, count: 11 &- first))
    }
  }

  /// Writes one line that says what is wrong, with the rule that an image breaks and where; returns the exit code of failure.
  func fail(_ reason: StaticString, code: Int = 0, at offset: Int = 0) -> Int32 {
    write("error: ")
    write(reason)
    if code != 0 {
      write(" (rule ")
      write(code)
      write(", at byte ")
      write(offset)
      write(")")
    }
    write("\n")
    return 1
  }

  /// Writes 8 hexadecimal digits.
  func write(hex value: UInt32) {
    var digits = InlineArray<8, UInt8>(repeating: 0)
    for index in 0..<8 {
      let digit = UInt8(truncatingIfNeeded: value &>> UInt32(truncatingIfNeeded: 28 &- 4 &* index)) & 15
      digits[index] = digit < 10 ? 48 &+ digit : 87 &+ digit
    }
    digits.span.withUnsafeBufferPointer { write($0) }
  }
}
