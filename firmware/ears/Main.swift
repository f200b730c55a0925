import Dormouse
import DormouseISA
import Support

/// Start-up comes here; the result is the exit code.
///
/// Runs a bare front end over one golden recording: `model_start` is its section, `golden_inputs` the samples, little-endian
/// int16, and `golden_outputs` the `golden_count` bytes of all its frames. `listen` is a call of its own, so that
/// tools/count can count its instructions.
@c(application_main)
public func applicationMain() -> Int32 {
  let console = Console()
  guard let samples = golden_inputs, let expected = golden_outputs, let memory = model_arena else { return 1 }
  do throws(ImageError) {
    try FrontEnd.validate(section: model_start, length: model_length, offset: 0)
  } catch {
    return console.fail("the front-end section is refused", code: Int(error.reason.rawValue), at: error.offset)
  }
  let shape = FrontEndShape(section: model_start)
  let frames = memory + (shape.stateLength &+ shape.scratchLength)
  guard model_arena_length >= shape.stateLength &+ shape.scratchLength &+ golden_count else { return 1 }
  var frontEnd = FrontEnd(section: model_start, state: memory)
  let seconds = UnsafeRawPointer(samples).assumingMemoryBound(to: Int16.self)
  let heard = UnsafeBufferPointer(start: seconds, count: shape.sampleRate)
  let count = listen(&frontEnd, heard, shape, UnsafeMutableRawPointer(frames), UnsafeMutableRawPointer(memory))
  dm_mark_other()
  var wrong = count &* shape.frameLength == golden_count ? 0 : 1
  for index in 0..<golden_count where Int8(bitPattern: frames[index]) != expected[index] { wrong &+= 1 }
  console.write("frames ")
  console.write(count)
  console.write(" wrong ")
  console.write(wrong)
  console.write("\nstack ")
  console.write(Int(truncatingIfNeeded: stack_high_water()))
  console.write("\n")
  return wrong == 0 ? 0 : 1
}

/// Frames of a second of sound.
@inline(never)
private func listen(
  _ frontEnd: inout FrontEnd, _ samples: UnsafeBufferPointer<Int16>, _ shape: FrontEndShape,
  _ frames: UnsafeMutableRawPointer, _ memory: UnsafeMutableRawPointer
) -> Int {
  var taken = 0
  var count = 0
  while taken < samples.count {
    let step = frontEnd.push(
      samples, from: taken, into: frames + count &* shape.frameLength, scratch: memory + shape.stateLength)
    taken &+= step.consumed
    if step.frameReady { count &+= 1 }
  }
  return count
}
