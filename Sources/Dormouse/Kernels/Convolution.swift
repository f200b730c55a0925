import DormouseISA

/// 2-D convolution over all channels; 1-D is a width (or a height) of 1, pointwise a kernel of 1 x 1.
///
/// Weights: `WeightLayout.rows`, one row an output channel, `[kernelHeight][kernelWidth][channels]`. Preconditions:
/// `rowStride` is the product of the three, rounded up to 4; `biases`, `multipliers` and `shifts` hold
/// `output.channels` values; extents, strides and dilations are at least 1. Windows may lie in the padding altogether.
public enum Convolution {
  /// Bytes of scratch: accumulators, four windows or two of them widened, and, unless all windows can be read in place,
  /// another one.
  public static func scratchLength(_ geometry: Geometry) -> Int {
    let window = (geometry.windowCount &+ 3) & ~3
    return RowBlocks.scratchLength &+ window &* (geometry.hasContiguousWindows && !geometry.hasPadding ? 4 : 5)
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
        let length = geometry.windowCount
        let padded = (length &+ 3) & ~3
        let adjacent = geometry.hasAdjacentWindows
        let together = Int(dm_positions(set.rawValue))
        var windows = WindowReader(geometry, zeroPoint: constants.inputZeroPoint)
        let room = scratch + RowBlocks.scratchLength
        var left = geometry.output.height &* geometry.output.width
        while left > 0 {
          let positions = min(together, left)
          var vectors = UnsafePointer(room)
          var stride = padded
          if dm_widens(set.rawValue) != 0 {
            for position in 0..<positions {
              let window = windows.next(elements, into: room + 4 &* padded)
              dm_widen(window, Int32(length), Int32(position), Int32(positions), room)
            }
          } else if adjacent || positions == 1 {
            vectors = windows.next(elements, into: room)
            stride = length
            for _ in 1..<positions { windows.skip() }
          } else {
            for position in 0..<positions {
              windows.copyNext(elements, into: room + position &* padded)
            }
          }
          RowBlocks.multiply(
            vectors, stride: stride, positions: positions, length: length, constants, into: results,
            outputs: geometry.output.channels, scratch: scratch, on: set)
          results += positions &* geometry.output.channels
          left = left &- positions
        }
      }
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
