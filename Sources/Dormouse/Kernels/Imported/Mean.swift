/// Mean over the window in steps of the output: TensorFlow Lite's MEAN, whose factor holds the division.
///
/// Input and output have the same number of channels. Preconditions: those of `AveragePool`; `biases`, `multipliers` and
/// `shifts` hold a value a channel. No weights, no scratch.
enum Mean {
  /// `output[y, x, c] = requantize(biases[c] + sum_ij input[row(y, i), column(x, j), c])`, padding not counted.
  @inline(__always)
  static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, into output: inout MutableSpan<Int8>,
    on set: InstructionSet
  ) {
    AveragePool.run(input, constants, geometry, inStepsOfInput: false, into: &output, on: set)
  }
}
