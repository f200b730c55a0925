extension Depthwise {
  /// The oracle of `run`: for output position `(y, x)` and channel `c`,
  /// `requantize(biases[c] + sum_ij weights[i][j][c] * input[row(y, i), column(x, j), c])`, where padding reads as the
  /// input's zero point.
  ///
  /// Same preconditions.
  public static func reference(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, into output: inout MutableSpan<Int8>
  ) {
    let weights = WeightRows(constants, columns: geometry.input.channels)
    var next = 0
    for y in 0..<geometry.output.height {
      for x in 0..<geometry.output.width {
        for channel in 0..<geometry.output.channels {
          var sum = constants.biases[channel]
          for i in 0..<geometry.kernelHeight {
            for j in 0..<geometry.kernelWidth {
              let weight = weights[i &* geometry.kernelWidth &+ j, channel]
              let element = geometry.inputIndex(y, x, i, j).map { input[$0 &+ channel] } ?? constants.inputZeroPoint
              sum &+= Int32(weight) &* Int32(element)
            }
          }
          output[next] = constants.requantize(sum, channel: channel)
          next &+= 1
        }
      }
    }
  }
}
