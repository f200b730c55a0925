import DormouseISA

/// Every output sees every input: `[n] -> [m]`, over the flattened input.
///
/// Weights: one row an output, `WeightLayout.rows` or `pairs`. Preconditions: `rowStride` is that of the layout for
/// `inputs` columns.
public enum Dense {
  /// Bytes of scratch: accumulators, and the input, prepared.
  @inline(__always)
  public static func scratchLength(inputs: Int, _ code: WeightCode) -> Int {
    RowBlocks.scratchLength &+ PreparedVectors.room(length: inputs, code) / 2
  }

  /// `output[o] = requantize(biases[o] + sum_i weights[o][i] * input[i])`.
  ///
  /// `input` has `inputs` elements, `output` one a weight row, `scratch`, aligned to 16, what `scratchLength` says.
  @inline(__always)
  public static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, into output: inout MutableSpan<Int8>,
    scratch: UnsafeMutablePointer<Int8>, on set: InstructionSet
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let vector = input.baseAddress, let results = output.baseAddress else { return }
        let code = constants.encoding.code
        var vectors = PreparedVectors(vector, length: input.count)
        if PreparedVectors.arePrepared(code, on: set) {
          vectors.prepare(vector, at: 0, in: scratch + RowBlocks.scratchLength, code, on: set)
        }
        RowBlocks.multiply(vectors, constants, into: results, outputs: output.count, scratch: scratch, on: set)
      }
    }
  }
}
