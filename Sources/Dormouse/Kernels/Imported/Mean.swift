import DormouseISA

/// Mean over the window in steps of the output: TensorFlow Lite's MEAN, whose factor holds the division.
///
/// Input and output have the same number of channels. Preconditions: those of `AveragePool`; `biases`, `multipliers` and
/// `shifts` hold a value a channel. No weights, no scratch.
enum Mean {
  /// `output[y, x, c] = requantize(biases[c] + sum_ij input[row(y, i), column(x, j), c])`, padding not counted.
  static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, into output: inout MutableSpan<Int8>,
    on set: InstructionSet
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let elements = input.baseAddress, var results = output.baseAddress else { return }
        let channels = geometry.input.channels
        let ones = InlineArray<64, Int8>(repeating: 1)
        withUnsafeBytes(of: ones) { ones in
          let weights = ones.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int8.self)
          for y in 0..<geometry.output.height {
            for x in 0..<geometry.output.width {
              let pool = PoolWindow(geometry, y, x)
              var first = 0
              while first < channels {
                var block = ChannelBlock(count: min(channels &- first, ChannelBlock.capacity), on: set)
                for i in 0..<pool.height {
                  let start = elements + (pool.start &+ i &* geometry.input.width &* channels &+ first)
                  block.accumulate(start, step: channels, weights, step: 0, taps: pool.width)
                }
                var rescale = constants.rescale
                rescale.skip(first)
                block.requantize(rescale, into: results)
                results += block.count
                first = first &+ block.count
              }
            }
          }
        }
      }
    }
  }
}
