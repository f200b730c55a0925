import Dormouse
import DormouseISA
import Support

/// Start-up comes here; the result is the exit code.
///
/// The command line is `edges FILE`: hears the comparator edges of an analog board, which `dormouse simulate` writes, and
/// prints the hashes of all frames and logits. The file is pairs of 32-bit words, little-endian: tick of 1/32768 s, and
/// channel, plus 256 if the comparator went high. The last pair is no edge but the tick at which the recording ends.
@c(application_main)
public func applicationMain() -> Int32 {
  var line = InlineArray<512, CChar>(repeating: 0)
  var span = line.mutableSpan
  return span.withUnsafeMutableBufferPointer { buffer in
    guard command_line(buffer.baseAddress, buffer.count), let text = UnsafePointer(buffer.baseAddress) else {
      return Console().fail("no command line")
    }
    // The path is what follows the program's name.
    var start = 0
    while start < buffer.count, text[start] != 32, text[start] != 0 { start &+= 1 }
    if start < buffer.count, text[start] == 32 { start &+= 1 }
    var end = start
    while end < buffer.count, text[end] != 0 { end &+= 1 }
    let file = end == start ? -1 : file_open(text + start, end &- start)
    guard file >= 0 else { return Console().fail("usage: edges FILE") }
    defer { file_close(file) }
    return hear(file)
  }
}

private func hear(_ file: Int) -> Int32 {
  do throws(ImageError) {
    let image = try ModelImage(validating: model_start, length: model_length)
    guard image.hasFrontEnd, image.frontEnd.kind == AnalogBinaryRecord.analogBinary else {
      return Console().fail("the model does not hear edges")
    }
    var spotter = try Spotter(image: image, arena: model_arena, arenaLength: model_arena_length)
    return listen(&spotter, file)
  } catch {
    return Console().fail("the model image or its arena is refused", code: Int(error.reason.rawValue), at: error.offset)
  }
}

private func listen(_ spotter: inout Spotter, _ file: Int) -> Int32 {
  var driver = ComparatorEdges(spotter.image.frontEndSection.load(as: AnalogBinaryRecord.self))
  var frame = InlineArray<2, UInt32>(repeating: 0)
  var transcript = Transcript()
  var queue = Queue()
  var span = frame.mutableSpan
  let failed = span.withUnsafeMutableBufferPointer { frame -> Bool in
    guard let frame = frame.baseAddress else { return true }
    dm_mark_acquire()
    while let pair = read(file) {
      dm_mark_front_end()
      queue.interrupt(pair)
      let edge = queue.next()
      let isLast = edge.channel == 255
      while true {
        var isFrame = false
        if isLast {
          isFrame = driver.advance(to: edge.tick, into: frame)
        } else {
          do throws(EdgeError) { isFrame = try driver.push(edge, into: frame) } catch { return true }
        }
        if !isFrame { break }
        let progress = spotter.push(frame: UnsafeRawPointer(frame))
        dm_mark_other()
        transcript.add(frame: spotter.frame)
        if progress.inference { transcript.add(logits: spotter.logits) }
        dm_mark_front_end()
      }
      dm_mark_acquire()
    }
    return false
  }
  if failed { return Console().fail("an edge is out of order") }
  Console().write(transcript)
  return 0
}

private func read(_ file: Int) -> (UInt32, UInt32)? {
  var pair: (UInt32, UInt32) = (0, 0)
  return file_read(file, &pair, 8) == 8 ? pair : nil
}

/// What the interrupt of a pin leaves for the main loop.
private struct Queue {
  private var ticks = InlineArray<32, UInt32>(repeating: 0)
  private var levels = InlineArray<32, UInt16>(repeating: 0)
  private var written = 0
  private var taken = 0

  /// The interrupt: stores the time and the pin's level.
  @inline(never)
  mutating func interrupt(_ pair: (UInt32, UInt32)) {
    ticks[written & 31] = pair.0
    levels[written & 31] = UInt16(truncatingIfNeeded: pair.1)
    written &+= 1
  }

  /// The main loop takes the oldest edge; the caller knows that there is one.
  @inline(never)
  mutating func next() -> ComparatorEdge {
    let place = taken & 31
    taken &+= 1
    let level = levels[place]
    return ComparatorEdge(
      tick: ticks[place], channel: UInt8(truncatingIfNeeded: level & 255), isHigh: level & 256 != 0)
  }
}
