import Dormouse
import DormouseISA
import Support

/// Start-up comes here; the result is the exit code.
///
/// The command line is `update FLASH [RECORDING]`. FLASH is a file that stands for the board's flash memory, with two model
/// slots and their journal. The device starts with the newest valid model and says which. With a recording it spots words
/// in it, as `spot` does; without, it waits for models on its serial port (`dormouse flash`), and starts anew when the host
/// says so.
@c(application_main)
public func applicationMain() -> Int32 {
  var line = InlineArray<512, CChar>(repeating: 0)
  var span = line.mutableSpan
  return span.withUnsafeMutableBufferPointer { buffer in
    guard command_line(buffer.baseAddress, buffer.count), let text = buffer.baseAddress else {
      return Console().fail("no command line")
    }
    return text.withMemoryRebound(to: UInt8.self, capacity: 512) { bytes in
      var arguments = Arguments(UnsafeBufferPointer(start: bytes, count: buffer.count))
      _ = arguments.next()
      let path = arguments.next()
      guard path.count > 0 else { return Console().fail("usage: update FLASH [RECORDING]") }
      guard let memory = FileFlash(path: path) else {
        return Console().fail("the file of the flash memory can't be read, or has not 1048576 bytes")
      }
      return start(memory, recording: arguments.rest())
    }
  }
}

private func start(_ memory: consuming FileFlash, recording: UnsafeBufferPointer<UInt8>) -> Int32 {
  guard let layout = SlotLayout(start: 0, length: memory.length, pageLength: memory.pageLength),
    var slots = ModelSlots(memory, layout)
  else { return Console().fail("the slots do not fit the flash memory") }
  let choice = slots.boot(arenaLength: update_arena_length)
  Console().write(choice)
  if recording.count > 0 {
    guard let image = choice.image else { return 1 }
    return spot(image, in: recording)
  }
  serve(slots)
  return 0
}

/// Answers requests until the host asks for a restart.
private func serve(_ slots: consuming ModelSlots<FileFlash>) {
  var server = UpdateServer(slots, arenaLength: update_arena_length)
  uart_start()
  while !server.wantsRestart {
    let byte = uart_read()
    guard byte >= 0, server.push(UInt8(truncatingIfNeeded: byte)) else { continue }
    for index in 0..<server.answer.length { uart_write(server.answer[index]) }
  }
  Console().write(server.boot())
}

private func spot(_ image: ModelImage, in path: UnsafeBufferPointer<UInt8>) -> Int32 {
  do throws(ImageError) {
    let spotter = try Spotter(image: image, arena: update_arena, arenaLength: update_arena_length)
    var session = Session(spotter: spotter, each: false)
    return session.hear(recording: path, sampleRate: UInt32(truncatingIfNeeded: image.frontEnd.sampleRate))
  } catch {
    return Console().fail("the model or its arena is refused", code: Int(error.reason.rawValue), at: error.offset)
  }
}
