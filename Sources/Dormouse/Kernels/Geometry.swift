/// Extent of an activation tensor, `[height, width, channels]`, row-major, channels innermost.
public struct Shape: Equatable, Sendable {
  /// Time.
  public var height: Int
  /// Bands, or 1.
  public var width: Int
  /// Features.
  public var channels: Int

  /// Memberwise.
  @inline(__always)
  public init(_ height: Int, _ width: Int, _ channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// The shape of a tensor of the image.
  @inline(__always)
  public init(_ tensor: TensorRecord) {
    self.init(Int(tensor.height), Int(tensor.width), Int(tensor.channels))
  }

  /// Elements.
  @inline(__always)
  public var count: Int { height &* width &* channels }
}

/// How a kernel window slides over its input: convolution, depthwise convolution and pooling.
///
/// Tap `(i, j)` of output `(y, x)` reads input row `y * strideHeight + i * dilationHeight - padTop` and column
/// `x * strideWidth + j * dilationWidth - padLeft`; what lies outside the input is padding, before it or after it.
public struct Geometry: Sendable {
  /// Shape of the input.
  public var input: Shape
  /// Shape of the output.
  public var output: Shape
  /// Taps in time, 1 or more.
  public var kernelHeight: Int
  /// Taps in bands, 1 or more.
  public var kernelWidth: Int
  /// 1 or more.
  public var strideHeight: Int
  /// 1 or more.
  public var strideWidth: Int
  /// 1 or more.
  public var dilationHeight: Int
  /// 1 or more.
  public var dilationWidth: Int
  /// Rows of padding before the input.
  public var padTop: Int
  /// Columns of padding before the input.
  public var padLeft: Int

  /// Memberwise.
  public init(
    input: Shape, output: Shape, kernelHeight: Int, kernelWidth: Int, strideHeight: Int, strideWidth: Int,
    dilationHeight: Int, dilationWidth: Int, padTop: Int, padLeft: Int
  ) {
    self.input = input
    self.output = output
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.padTop = padTop
    self.padLeft = padLeft
  }

  /// The geometry of a layer of the image.
  @inline(__always)
  public init(_ layer: LayerRecord, input: TensorRecord, output: TensorRecord) {
    self.input = Shape(input)
    self.output = Shape(output)
    kernelHeight = Int(layer.kernelHeight)
    kernelWidth = Int(layer.kernelWidth)
    strideHeight = Int(layer.strideHeight)
    strideWidth = Int(layer.strideWidth)
    dilationHeight = Int(layer.dilationHeight)
    dilationWidth = Int(layer.dilationWidth)
    padTop = Int(layer.padTop)
    padLeft = Int(layer.padLeft)
  }

  /// Input rows from the first tap to the last, both included.
  @inline(__always)
  public var reachHeight: Int { (kernelHeight &- 1) &* dilationHeight &+ 1 }

  /// Input columns from the first tap to the last, both included.
  @inline(__always)
  public var reachWidth: Int { (kernelWidth &- 1) &* dilationWidth &+ 1 }

  /// Whether some window reaches over an edge of the input.
  public var hasPadding: Bool {
    padTop > 0 || padLeft > 0
      || (output.height &- 1) &* strideHeight &- padTop &+ reachHeight > input.height
      || (output.width &- 1) &* strideWidth &- padLeft &+ reachWidth > input.width
  }

  /// Whether every window holds at least one element of the input: what pooling needs.
  ///
  /// The first window ends after the start of the input, and the last one starts before its end.
  public var everyWindowTouchesInput: Bool {
    reachHeight > padTop && reachWidth > padLeft
      && (output.height &- 1) &* strideHeight &- padTop < input.height
      && (output.width &- 1) &* strideWidth &- padLeft < input.width
  }
}

/// The taps of a window along one dimension that lie inside the input.
///
/// Taps `first ..< end` read inside; those before and after read padding.
struct TapRange {
  /// First tap inside.
  var first: Int
  /// One past the last tap inside; not below `first`.
  var end: Int

  /// Clips a window of `taps` taps, `dilation` apart, that starts at `origin` (negative: in the padding), to an input of
  /// `extent` elements.
  @inline(__always)
  init(origin: Int, taps: Int, dilation: Int, extent: Int) {
    // Counting is cheaper than dividing: kernels are short and most cores divide slowly or not at all.
    var first = 0
    var position = origin
    while first < taps && position < 0 {
      position = position &+ dilation
      first = first &+ 1
    }
    var end = first
    while end < taps && position < extent {
      position = position &+ dilation
      end = end &+ 1
    }
    self.first = first
    self.end = end
  }

  /// The same for neighbouring taps.
  @inline(__always)
  init(origin: Int, taps: Int, extent: Int) {
    first = min(max(0 &- origin, 0), taps)
    end = min(max(extent &- origin, first), taps)
  }

  private init() {
    first = 0
    end = 0
  }

  /// No tap lies inside.
  static var none: TapRange { TapRange() }
}
