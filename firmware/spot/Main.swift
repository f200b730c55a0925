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
  return session.hear(recording: path, sampleRate: UInt32(truncatingIfNeeded: image.frontEnd.sampleRate))
}
