import Dormouse
import DormouseISA
import Support

/// Start-up comes here; the result is the exit code.
///
/// The command line is `spot [--each] FILE`: spots words in a recording and prints what `dormouse detect --hash` prints on the
/// host: the detections, and a hash of every frame and of every logit vector. `--each` prints each inference too.
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
      let each = arguments.take("--each")
      if arguments.hasOption { return Console().fail("unknown option; there is --each") }
      let path = arguments.rest()
      guard path.count > 0 else { return Console().fail("usage: spot [--each] FILE") }
      return spot(path, each: each)
    }
  }
}

private func spot(_ path: UnsafeBufferPointer<UInt8>, each: Bool) -> Int32 {
  let image: ModelImage
  var session: Session
  do throws(ImageError) {
    image = try ModelImage(validating: model_start, length: model_length)
    let spotter = try Spotter(image: image, arena: model_arena, arenaLength: model_arena_length)
    session = Session(spotter: spotter, each: each)
  } catch {
    return Console().fail("the model image or its arena is refused", code: Int(error.reason.rawValue), at: error.offset)
  }
  guard let recording = Recording(path: path) else {
    return Console().fail("the recording can't be read: it must be raw 16-bit samples or a mono 16-bit .wav file")
  }
  if let rate = recording.sampleRate, rate != UInt32(truncatingIfNeeded: image.frontEnd.sampleRate) {
    return Console().fail("the recording has another sample rate than the model")
  }
  var chunk = InlineArray<160, Int16>(repeating: 0)
  var span = chunk.mutableSpan
  span.withUnsafeMutableBufferPointer { samples in
    guard let start = samples.baseAddress else { return }
    while true {
      dm_mark_acquire()
      let count = recording.read(into: start, capacity: samples.count)
      if count == 0 { break }
      session.hear(UnsafeBufferPointer(start: start, count: count))
    }
  }
  recording.close()
  session.printSummary()
  return 0
}
