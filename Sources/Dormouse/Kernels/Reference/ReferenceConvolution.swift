extension Convolution {
  /// The oracle of `run`: for output position `(y, x)` and channel `o`,
  /// `requantize(biases[o] + sum_ijc weights[o][i][j][c] * input[row(y, i), column(x, j), c])`, where padding reads as
  /// the input's zero point.
  ///
  /// Same preconditions; no scratch.
  public static func reference(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, into output: inout MutableSpan<Int8>
  ) {
    let channels = geometry.input.channels
    let weights = WeightRows(constants, columns: geometry.windowCount)
    var next = 0
    for y in 0..<geometry.output.height {
      for x in 0..<geometry.output.width {
        for channel in 0..<geometry.output.channels {
          var sum = constants.biases[channel]
          var column = 0
          for i in 0..<geometry.kernelHeight {
            for j in 0..<geometry.kernelWidth {
              for c in 0..<channels {
                let element = geometry.inputIndex(y, x, i, j).map { input[$0 &+ c] } ?? constants.inputZeroPoint
                sum &+= Int32(weights[channel, column]) &* Int32(element)
                column &+= 1
              }
            }
          }
          output[next] = constants.requantize(sum, channel: channel)
          next &+= 1
        }
      }
    }
  }
}

extension Geometry {
  /// Index of channel 0 of the input element under tap `(i, j)` of output `(y, x)`; nil in the padding.
  func inputIndex(_ y: Int, _ x: Int, _ i: Int, _ j: Int) -> Int? {
    let row = y &* strideHeight &+ i &* dilationHeight &- padTop
    let column = x &* strideWidth &+ j &* dilationWidth &- padLeft
    guard row >= 0 && row < input.height && column >= 0 && column < input.width else { return nil }
    return (row &* input.width &+ column) &* input.channels
  }
}
