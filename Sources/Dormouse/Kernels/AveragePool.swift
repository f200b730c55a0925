import DormouseISA

/// Mean over the window, padding not counted, halves rounded away from zero.
///
/// Input and output share scale, zero point and number of channels. Preconditions: every window holds at least one
/// element of the input (`Geometry.everyWindowTouchesInput`); dilations are 1; a window has at most 2^23 elements. No
/// weights, no scratch.
public enum AveragePool {
  /// `output[y, x, c] = clamp(round(mean_ij input[row(y, i), column(x, j), c]))`.
  ///
  /// `input` and `output` have the shapes of `geometry`; of `constants` only the clamp counts.
  @inline(__always)
  public static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, into output: inout MutableSpan<Int8>,
    on set: InstructionSet
  ) {
    run(input, constants, geometry, inStepsOfInput: true, into: &output, on: set)
  }

  /// The mean of each window, in steps of the input; or, as `Mean`, of the output.
  @inline(never)
  static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, inStepsOfInput: Bool,
    into output: inout MutableSpan<Int8>, on set: InstructionSet
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
              let count = Int32(truncatingIfNeeded: pool.height &* pool.width)
              var first = 0
              while first < channels {
                var block = ChannelBlock(count: min(channels &- first, ChannelBlock.capacity), on: set)
                for i in 0..<pool.height {
                  let start = elements + ((pool.start &+ i &* geometry.input.width) &* channels &+ first)
                  block.accumulate(start, step: channels, weights, step: 0, taps: pool.width)
                }
                if RuntimeParts.hasImported && !inStepsOfInput {
                  var rescale = constants.rescale
                  rescale.skip(first)
                  block.requantize(rescale, into: results)
                } else {
                  for channel in 0..<block.count {
                    results[channel] = constants.clamp(rounded(block[channel], over: count))
                  }
                }
                results += block.count
                first = first &+ block.count
              }
            }
          }
        }
      }
    }
  }

  /// `sum / count` to the nearest integer, halves away from zero.
  @inline(__always)
  static func rounded(_ sum: Int32, over count: Int32) -> Int32 {
    let half = count &>> 1
    return (sum > 0 ? sum &+ half : sum &- half) / count
  }
}

/// The part of a pooling window that lies inside the input.
struct PoolWindow {
  /// Index of its first position.
  let start: Int
  /// Rows.
  let height: Int
  /// Columns.
  let width: Int

  #if DORMOUSE_WITHOUT_BITS
    @inline(__always)
  #else
    @inline(never)
  #endif
  init(_ geometry: Geometry, _ y: Int, _ x: Int) {
    let row = y &* geometry.strideHeight &- geometry.padTop
    let column = x &* geometry.strideWidth &- geometry.padLeft
    let top = max(row, 0)
    let left = max(column, 0)
    height = min(row &+ geometry.kernelHeight, geometry.input.height) &- top
    width = min(column &+ geometry.kernelWidth, geometry.input.width) &- left
    start = top &* geometry.input.width &+ left
  }
}
