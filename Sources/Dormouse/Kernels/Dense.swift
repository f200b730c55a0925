import DormouseISA

/// Every output sees every input: `[n] -> [m]`, over the flattened input.
///
/// Weights: `WeightLayout.rows`, one row an output. Preconditions: `rowStride` is `inputs` rounded up to 4.
public enum Dense {
  /// Bytes of scratch: accumulators, and the input, widened.
  @inline(__always)
  public static func scratchLength(inputs: Int) -> Int { RowBlocks.scratchLength &+ 2 &* ((inputs &+ 3) & ~3) }

  /// `output[o] = requantize(biases[o] + sum_i weights[o][i] * input[i])`.
  ///
  /// `input` has `inputs` elements, `output` one a weight row, `scratch`, aligned to 16, what `scratchLength` says.
  public static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, into output: inout MutableSpan<Int8>,
    scratch: UnsafeMutablePointer<Int8>, on set: InstructionSet
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard var vector = input.baseAddress, let results = output.baseAddress else { return }
        if dm_widens(set.rawValue) != 0 {
          let wide = scratch + RowBlocks.scratchLength
          dm_widen(vector, Int32(truncatingIfNeeded: input.count), 0, 1, wide)
          vector = UnsafePointer(wide)
        }
        RowBlocks.multiply(
          vector, stride: 0, positions: 1, length: input.count, constants, into: results, outputs: output.count,
          scratch: scratch,
          on: set)
      }
    }
  }
}
