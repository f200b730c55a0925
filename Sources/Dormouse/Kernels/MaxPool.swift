/// Maximum over the window, padding not counted.
///
/// Input and output share scale, zero point and number of channels. Preconditions: every window holds at least one
/// element of the input (`Geometry.everyWindowTouchesInput`); dilations are 1. No weights, no scratch.
public enum MaxPool {
  /// `output[y, x, c] = clamp(max_ij input[row(y, i), column(x, j), c])`.
  ///
  /// `input` and `output` have the shapes of `geometry`; of `constants` only the clamp counts.
  public static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, into output: inout MutableSpan<Int8>
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let elements = input.baseAddress, var results = output.baseAddress else { return }
        let channels = geometry.input.channels
        for y in 0..<geometry.output.height {
          for x in 0..<geometry.output.width {
            let pool = PoolWindow(geometry, y, x)
            results.fill(channels, with: constants.outputMinimum)
            for i in 0..<pool.height {
              for j in 0..<pool.width {
                let row = elements + (pool.start &+ i &* geometry.input.width &+ j) &* channels
                for channel in 0..<channels {
                  results[channel] = max(results[channel], row[channel])
                }
              }
            }
            for channel in 0..<channels {
              results[channel] = min(results[channel], constants.outputMaximum)
            }
            results += channels
          }
        }
      }
    }
  }
}
