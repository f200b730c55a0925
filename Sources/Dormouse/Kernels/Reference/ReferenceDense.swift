extension Dense {
  /// The oracle of `run`: `output[o] = requantize(biases[o] + sum_i weights[o][i] * input[i])`.
  ///
  /// Same preconditions; no scratch.
  public static func reference(
    _ input: Span<Int8>, _ constants: LayerConstants, into output: inout MutableSpan<Int8>
  ) {
    let weights = WeightRows(constants, columns: input.count)
    for channel in 0..<output.count {
      var sum = constants.biases[channel]
      for index in 0..<input.count {
        sum &+= Int32(weights[channel, index]) &* Int32(input[index])
      }
      output[channel] = constants.requantize(sum, channel: channel)
    }
  }
}
