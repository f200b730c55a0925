import Dormouse
import DormouseISA
import Support

/// Start-up comes here; the result is the exit code.
///
/// Runs a bare network once for every golden input and compares its outputs, bit for bit. `infer` is a call of its own, so
/// that tools/count can count the instructions of one inference.
@c(application_main)
public func applicationMain() -> Int32 {
  let console = Console()
  guard let golden = golden_inputs, let expected = golden_outputs, let arena = model_arena else { return 1 }
  let network: Network
  do throws(ImageError) {
    let image = try ModelImage(validating: model_start, length: model_length)
    guard image.arenaLength <= model_arena_length else { throw ImageError(.header, at: 0, .arenaTooSmall) }
    network = Network(image: image, activations: arena + ArenaPlan(image).activations)
  } catch {
    return console.fail("the model image is refused", code: Int(error.reason.rawValue), at: error.offset)
  }
  let inputs = network.input.count
  let outputs = network.output.count
  var wrong = 0
  for vector in 0..<golden_count {
    network.input.baseAddress.unsafelyUnwrapped.update(from: golden + vector &* inputs, count: inputs)
    infer(network)
    dm_mark_other()
    var differs = false
    for index in 0..<outputs where network.output[index] != expected[vector &* outputs &+ index] { differs = true }
    if differs { wrong &+= 1 }
  }
  console.write("vectors ")
  console.write(golden_count)
  console.write(" wrong ")
  console.write(wrong)
  console.write("\nstack ")
  console.write(Int(truncatingIfNeeded: stack_high_water()))
  console.write("\n")
  return wrong == 0 ? 0 : 1
}

@inline(never)
private func infer(_ network: Network) {
  network.run()
}
