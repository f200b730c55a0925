import DormouseISA

/// Convolution of every channel with a filter of its own.
///
/// Weights: `[kernelHeight][kernelWidth]` rows of `channels`, `WeightLayout.taps` or `pairs`. Preconditions: input and
/// output have the same number of channels; `rowStride` is that of the layout for it; `biases`, `multipliers` and
/// `shifts` hold as many values; extents, strides and dilations are at least 1. Windows may lie in the padding
/// altogether.
public enum Depthwise {
  /// Bytes of scratch: the weights of a block of channels, as bytes, if they are stored as anything else.
  @inline(__always)
  public static func scratchLength(taps: Int, _ code: WeightCode) -> Int {
    code.family == .bytes ? 0 : taps &* ChannelBlock.capacity
  }

  /// `output[y, x, c] = requantize(biases[c] + sum_ij weights[i][j][c] * input[row(y, i), column(x, j), c])`; padding
  /// reads as the input's zero point.
  ///
  /// `input` and `output` have the shapes of `geometry`; `scratch` the bytes of `scratchLength`.
  public static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, _ geometry: Geometry, into output: inout MutableSpan<Int8>,
    scratch: UnsafeMutablePointer<Int8>, on set: InstructionSet
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let elements = input.baseAddress, let results = output.baseAddress else { return }
        let channels = geometry.input.channels
        var block = constants
        var first = 0
        while first < channels {
          let count = min(channels &- first, ChannelBlock.capacity)
          if !RuntimeParts.hasNarrow || constants.encoding == .int8 {
            block.weights = constants.weights + first
          } else {
            unpack(constants, from: first, count: count, taps: geometry.taps, into: scratch)
            block.weights = UnsafePointer(scratch)
            block.rowStride = ChannelBlock.capacity
          }
          if DepthwisePlane.suits(geometry) {
            var plane = DepthwisePlane(geometry, zeroPoint: constants.inputZeroPoint, elements)
            plane.run(elements + first, block, count: count, into: results + first, on: set)
          } else {
            run(elements + first, block, geometry, count: count, into: results + first, on: set)
          }
          block.skip(count)
          first = first &+ count
        }
      }
    }
  }

  /// All positions of `count` channels.
  @inline(__always)
  private static func run(
    _ elements: UnsafePointer<Int8>, _ constants: LayerConstants, _ geometry: Geometry, count: Int,
    into results: UnsafeMutablePointer<Int8>, on set: InstructionSet
  ) {
    var results = results
    for y in 0..<geometry.output.height {
      for x in 0..<geometry.output.width {
        var sums = ChannelBlock(count: count, on: set)
        DepthwiseWindow(geometry, y, x).accumulate(elements, constants, into: &sums)
        sums.requantize(constants.rescale, into: results)
        results += geometry.output.channels
      }
    }
  }

  /// Weights of channels `first ..< first + count` as bytes, `[taps][ChannelBlock.capacity]`.
  private static func unpack(
    _ constants: LayerConstants, from first: Int, count: Int, taps: Int, into bytes: UnsafeMutablePointer<Int8>
  ) {
    let rows = PackedRows(constants)
    for tap in 0..<taps {
      for group in 0..<PackedRows.groups(columns: count) {
        rows.unpack(
          row: tap, group: first / PackedRows.groupWidth &+ group,
          into: bytes + (tap &* ChannelBlock.capacity &+ group &* PackedRows.groupWidth))
      }
    }
  }
}

extension LayerConstants {
  /// Moves the constants of output channels on by `count`; not the weights.
  @inline(__always)
  fileprivate mutating func skip(_ count: Int) {
    biases += count
    multipliers += count
    shifts += count
  }
}

extension Geometry {
  /// Positions of the kernel.
  @inline(__always)
  fileprivate var taps: Int { kernelHeight &* kernelWidth }
}

/// One window of a depthwise convolution, clipped to the input.
private struct DepthwiseWindow {
  let geometry: Geometry
  let row: Int
  let column: Int
  let rows: TapRange
  let columns: TapRange

  init(_ geometry: Geometry, _ y: Int, _ x: Int) {
    self.geometry = geometry
    row = y &* geometry.strideHeight &- geometry.padTop
    column = x &* geometry.strideWidth &- geometry.padLeft
    rows = TapRange(
      origin: row, taps: geometry.kernelHeight, dilation: geometry.dilationHeight, extent: geometry.input.height)
    columns = TapRange(
      origin: column, taps: geometry.kernelWidth, dilation: geometry.dilationWidth, extent: geometry.input.width)
  }

  /// Feeds the taps of the block's channels; `elements` is the input from the first of them on, and so are the weights.
  ///
  /// The primitive takes many taps at once, a constant step apart: for a kernel one column wide all of them, else a row
  /// of the kernel. Padding is taps that all read one row of zero points: a step of 0.
  func accumulate(
    _ elements: UnsafePointer<Int8>, _ constants: LayerConstants, into block: inout ChannelBlock
  ) {
    let channels = geometry.input.channels
    let rowLength = geometry.input.width &* channels
    let isColumn = geometry.kernelWidth == 1 && columns.first == 0 && columns.end == 1
    let lines = isColumn ? 1 : geometry.kernelHeight
    let taps = isColumn ? geometry.kernelHeight : geometry.kernelWidth
    let step = isColumn ? geometry.dilationHeight &* rowLength : geometry.dilationWidth &* channels
    var start = elements + (row &* rowLength &+ column &* channels)
    var weights = constants.weights
    let zeros = InlineArray<64, Int8>(repeating: constants.inputZeroPoint)
    withUnsafeBytes(of: zeros) { zeros in
      let padding = zeros.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int8.self)
      for line in 0..<lines {
        let inside = line >= rows.first && line < rows.end
        feed(
          isColumn ? rows : inside ? columns : TapRange.none, of: taps, start, step: step, weights, padding,
          constants.rowStride, &block)
        start += geometry.dilationHeight &* rowLength
        weights += taps &* constants.rowStride
      }
    }
  }

  /// Feeds `taps` taps in a line: those of `range` read `elements`, the others `padding`.
  @inline(__always)
  private func feed(
    _ range: TapRange, of taps: Int, _ elements: UnsafePointer<Int8>, step: Int, _ weights: UnsafePointer<Int8>,
    _ padding: UnsafePointer<Int8>, _ rowStride: Int, _ block: inout ChannelBlock
  ) {
    block.accumulate(padding, step: 0, weights, step: rowStride, taps: range.first)
    block.accumulate(
      elements + range.first &* step, step: step, weights + range.first &* rowStride, step: rowStride,
      taps: range.end &- range.first)
    block.accumulate(
      padding, step: 0, weights + range.end &* rowStride, step: rowStride, taps: taps &- range.end)
  }
}
