import CDormouse

// More than `dormouse_arena_length` asks for; in the memory that start-up clears, not on the stack.
nonisolated(unsafe) private var arena = InlineArray<512, SIMD16<UInt8>>(repeating: .zero)

/// Hears the board's recording and says the words in it; start-up comes here.
///
/// - Returns: 0, or 1 if the library refuses the model.
@c(main)
public func spot() -> Int32 {
  withUnsafeMutableBytes(of: &arena) { arena in
    let code = dormouse_open(arena.baseAddress, arena.count, model_image(), Int(COMMANDS_DENSE_W4_IMAGE_LENGTH))
    guard code == 0 else {
      board_say_line(dormouse_error_name(Int(code)))
      return 1
    }
    var samples = InlineArray<160, Int16>(repeating: 0)
    withUnsafeMutableBytes(of: &samples) { samples in
      hear(arena.baseAddress!, samples.baseAddress!.assumingMemoryBound(to: Int16.self))
    }
    return 0
  }
}

private func hear(_ arena: UnsafeMutableRawPointer, _ samples: UnsafeMutablePointer<Int16>) {
  while case let count = board_read(samples, 160), count > 0 {
    var taken = 0
    while taken < count {
      var event = dormouse_event()
      taken += dormouse_push(arena, samples + taken, count - taken, &event)
      if event.label >= 0 { board_say_line(model_label(event.label)) }
    }
  }
}
