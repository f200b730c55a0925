import FloatModel
import Support

/// Start-up comes here; the result is the exit code.
///
/// Runs a float network once for every vector and prints how far its outputs are from the reference's, in millionths of
/// the largest of those. `infer` is a call of its own, so that tools/count can count the instructions of one inference.
@c(application_main)
public func applicationMain() -> Int32 {
  let console = Console()
  guard let parameters = float_parameters, let widths = float_widths, let inputs = float_inputs,
    let expected = float_outputs
  else { return 1 }
  let network = FloatNetwork(parameters: parameters, widths: widths, layers: float_layers)
  let width = Int(widths[0])
  let outputs = Int(widths[float_layers])
  guard network.scratchCount <= 512, outputs <= 64 else {
    console.write("error: the network is too wide for this application\n")
    return 1
  }
  var largest: Float = 0
  var difference: Float = 0
  for vector in 0..<float_vectors {
    withUnsafeMutablePointer(to: &results) { memory in
      let output = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Float.self)
      withUnsafeMutablePointer(to: &scratch) { memory in
        let scratch = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Float.self)
        infer(network, inputs + vector &* width, output, scratch)
      }
      for index in 0..<outputs {
        let answer = expected[vector &* outputs &+ index]
        largest = max(largest, answer.magnitude)
        difference = max(difference, (output[index] - answer).magnitude)
      }
    }
  }
  console.write("vectors ")
  console.write(float_vectors)
  console.write(" difference ")
  console.write(largest > 0 ? Int(difference / largest * 1_000_000) : 0)
  console.write("\n")
  return 0
}

@inline(never)
private func infer(
  _ network: FloatNetwork, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>
) {
  network.run(input, into: output, scratch: scratch)
}

private nonisolated(unsafe) var scratch = InlineArray<512, Float>(repeating: 0)
private nonisolated(unsafe) var results = InlineArray<64, Float>(repeating: 0)
