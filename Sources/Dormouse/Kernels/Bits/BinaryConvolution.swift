import DormouseISA

/// Convolutions, and dense layers, whose inputs and weights are signs.
///
/// Weights: `WeightLayout.words`; encoding `binary` or `binaryLevels`. A dense layer is the convolution whose one window
/// is its whole input. Padding contributes nothing at all: taps outside the input are skipped.
public enum BinaryConvolution {
  /// Accumulators at a time; whole words of output bits.
  static var capacity: Int { 128 }

  /// Bytes of scratch: accumulators, with padding another set of them, and a gathered window where there may be one.
  public static func scratchLength(_ geometry: Geometry) -> Int {
    let sums = capacity &* MemoryLayout<Int32>.size
    return sums &+ (geometry.hasPadding ? sums : 0) &+ (geometry.hasContiguousWindows ? 0 : 4 &* geometry.windowWords)
  }

  /// What becomes of `dot(y, x, o) = sum_ijc weights[o][i][j][c] * input[row(y, i), column(x, j), c]` over the taps inside
  /// the input; see `BinaryResults`.
  ///
  /// `input` has the words of `geometry.input`, `results` those of `geometry.output`, `scratch`, aligned to 16, the bytes
  /// of `scratchLength`.
  public static func run(
    _ input: Span<UInt32>, _ constants: LayerConstants, _ geometry: Geometry, into results: BinaryResults,
    scratch: UnsafeMutablePointer<Int8>, on set: InstructionSet
  ) {
    input.withUnsafeBufferPointer { input in
      guard let words = input.baseAddress else { return }
      var results = results
      var window = BinaryWindow(geometry, constants, scratch: scratch, on: set)
      var row = 0 &- geometry.padTop
      for _ in 0..<geometry.output.height {
        var column = 0 &- geometry.padLeft
        for _ in 0..<geometry.output.width {
          window.move(to: row, column, of: words)
          var first = 0
          while first < geometry.output.channels {
            let count = min(geometry.output.channels &- first, capacity)
            window.count(from: first, rows: count)
            results.take(window, constants, from: first, count: count, on: set)
            first = first &+ count
          }
          results.advance(geometry.output.channels)
          column = column &+ geometry.strideWidth
        }
        row = row &+ geometry.strideHeight
      }
    }
  }
}

extension Geometry {
  /// The geometry of a dense layer: one window, as large as the input.
  @inline(__always)
  public static func dense(input: Shape, outputs: Int) -> Geometry {
    Geometry(
      input: input, output: Shape(1, 1, outputs), kernelHeight: input.height, kernelWidth: input.width,
      strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padTop: 0, padLeft: 0)
  }

  /// Words of a window of signs, and of a row of weights.
  @inline(__always)
  var windowWords: Int { kernelHeight &* kernelWidth &* SignWords.count(channels: input.channels) }
}
