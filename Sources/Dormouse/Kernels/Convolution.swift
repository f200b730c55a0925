import DormouseISA

/// 2-D convolution over all channels; 1-D is a width (or a height) of 1, pointwise a kernel of 1 x 1.
///
/// Weights: one row an output channel, `[kernelHeight][kernelWidth][channels]`, `WeightLayout.rows` or `pairs`.
/// Preconditions: `rowStride` is that of the layout for the product of the three; `biases`, `multipliers` and `shifts`
/// hold `output.channels` values; extents, strides and dilations are at least 1. Windows may lie in the padding
/// altogether.
public enum Convolution {
  /// Bytes of scratch: accumulators, windows prepared or copied, and, unless all windows can be read in place, another
  /// one.
  public static func scratchLength(_ geometry: Geometry, _ code: WeightCode) -> Int {
    let window = (geometry.windowCount &+ 3) & ~3
    return RowBlocks.scratchLength &+ PreparedVectors.room(length: geometry.windowCount, code)
      &+ (geometry.hasContiguousWindows && !geometry.hasPadding ? 0 : window)
  }

  /// `output[y, x, o] = requantize(biases[o] + sum_ijc weights[o][i][j][c] * input[row(y, i), column(x, j), c])`;
  /// padding reads as the input's zero point.
  ///
  /// `input` and `output` have the shapes of `geometry`; `scratch`, aligned to 16, the bytes of `scratchLength`.
  public static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, into output: inout MutableSpan<Int8>,
    scratch: UnsafeMutablePointer<Int8>, on set: InstructionSet
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let elements = input.baseAddress, var results = output.baseAddress else { return }
        let code = constants.encoding.code
        let length = geometry.windowCount
        let padded = (length &+ 3) & ~3
        let adjacent = geometry.hasAdjacentWindows
        let together = PreparedVectors.together(code, on: set)
        let arePrepared = PreparedVectors.arePrepared(code, on: set)
        var windows = WindowReader(geometry, zeroPoint: constants.inputZeroPoint)
        let room = scratch + RowBlocks.scratchLength
        let spare = room + PreparedVectors.room(length: length, code)
        var left = geometry.output.height &* geometry.output.width
        let columns = Int32(truncatingIfNeeded: length)
        let points = Int32(truncatingIfNeeded: left)
        let outputs = Int32(truncatingIfNeeded: geometry.output.channels)
        let isPointwise =
          constants.encoding == .int8 && dm_has_pointwise(set.rawValue, columns, outputs, points) != 0
        if adjacent && isPointwise {
          dm_pointwise(
            elements, points, constants.weights, constants.rowStride, outputs, columns, constants.rescale, results)
          return
        }
        if isPointwise {
          pointwise(&windows, elements, constants, points: points, columns: columns, outputs: outputs, room, results)
          return
        }
        while left > 0 {
          let positions = min(together, left)
          var vectors = PreparedVectors(room, length: length, stride: padded, positions: positions)
          if arePrepared {
            for position in 0..<positions {
              vectors.prepare(windows.next(elements, into: spare), at: position, in: room, code, on: set)
            }
          } else if adjacent || positions == 1 {
            vectors.elements = windows.next(elements, into: room)
            vectors.stride = length
            for _ in 1..<positions { windows.skip() }
          } else {
            for position in 0..<positions {
              windows.copyNext(elements, into: room + position &* padded)
            }
          }
          RowBlocks.multiply(
            vectors, constants, into: results, outputs: geometry.output.channels, scratch: scratch, on: set)
          results += positions &* geometry.output.channels
          left = left &- positions
        }
      }
    }
  }

  /// Copies windows next to one another and multiplies them all at once.
  ///
  /// Hosts take many at a time, onto the stack, so that preparing the weights for them is worth it; others as many as there
  /// is `room` for.
  @inline(__always)
  private static func pointwise(
    _ windows: inout WindowReader, _ elements: UnsafePointer<Int8>, _ constants: LayerConstants, points: Int32,
    columns: Int32, outputs: Int32, _ room: UnsafeMutablePointer<Int8>, _ results: UnsafeMutablePointer<Int8>
  ) {
    #if arch(x86_64)
      var copies = InlineArray<4096, Int8>(repeating: 0)
      withUnsafeMutableBytes(of: &copies) { copies in
        pointwise(
          &windows, elements, constants, points: points, columns: columns, outputs: outputs,
          copies.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int8.self), together: 4096 / columns, results)
      }
    #else
      pointwise(
        &windows, elements, constants, points: points, columns: columns, outputs: outputs, room, together: 4, results)
    #endif
  }

  @inline(__always)
  private static func pointwise(
    _ windows: inout WindowReader, _ elements: UnsafePointer<Int8>, _ constants: LayerConstants, points: Int32,
    columns: Int32, outputs: Int32, _ copies: UnsafeMutablePointer<Int8>, together: Int32,
    _ results: UnsafeMutablePointer<Int8>
  ) {
    var results = results
    var left = points
    while left > 0 {
      let positions = min(left, together)
      for position in 0..<Int(positions) {
        windows.copyNext(elements, into: copies + position &* Int(columns))
      }
      dm_pointwise(
        copies, positions, constants.weights, constants.rowStride, outputs, columns, constants.rescale, results)
      results += Int(positions) &* Int(outputs)
      left = left &- positions
    }
  }
}

extension Geometry {
  /// Elements of a window, over all channels.
  @inline(__always)
  var windowCount: Int { kernelHeight &* kernelWidth &* input.channels }

  /// Whether the elements of a window without padding follow one another in the input.
  var hasContiguousWindows: Bool {
    (kernelWidth == 1 || dilationWidth == 1)
      && (kernelHeight == 1 || (dilationHeight == 1 && kernelWidth == input.width))
  }

  /// Whether the windows themselves follow one another: pointwise convolutions without stride.
  var hasAdjacentWindows: Bool {
    kernelHeight == 1 && kernelWidth == 1 && strideHeight == 1 && strideWidth == 1 && !hasPadding
      && output.width == input.width
  }
}
