import Dormouse

/// One step of a graph: an operation, the tensors it reads and the one it writes.
public struct Node: Equatable, Sendable {
  /// Only for messages; not stored in the image.
  public var name: String
  /// What is computed.
  public var operation: NodeOperation
  /// Indices of the tensors that it reads: two for `add` and `multiply`, two to four for `concatenation`, one otherwise. A dense layer or
  /// convolution from bits to int16 may have a second: the shortcut that is added to its result.
  public var inputs: [Int]
  /// Index of the tensor that it writes.
  public var output: Int
  /// Clamp of the int8 output, a fused activation folded in; see `Quantization.clamp(for:)`.
  public var clamp: ClosedRange<Int8>
  /// Which accumulators, or elements, make a 1; present exactly where the output is bits, but for pools and joins.
  public var thresholds: Thresholds?
  /// How the products of accumulators with their factors are rounded: twice in convolutions that come from TensorFlow Lite.
  public var rounding: Rounding

  /// Memberwise.
  public init(
    name: String, operation: NodeOperation, inputs: [Int], output: Int, clamp: ClosedRange<Int8> = -128...127,
    thresholds: Thresholds? = nil, rounding: Rounding = .once
  ) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.output = output
    self.clamp = clamp
    self.thresholds = thresholds
    self.rounding = rounding
  }
}

/// What a node computes, with its constants.
public enum NodeOperation: Equatable, Sendable {
  /// `[n] -> [m]` over the flattened input; weights `[m][n]`.
  case dense(Weights)
  /// 2-D convolution; weights `[outputs][kernelHeight][kernelWidth][inputs]`.
  case convolution(Weights, Window)
  /// One filter a channel; weights `[kernelHeight][kernelWidth][channels]`.
  case depthwise(Weights, Window)
  /// Mean over the window, padding not counted.
  case averagePool(Window)
  /// Maximum over the window.
  case maxPool(Window)
  /// Sum of two inputs of one shape; if it rounds twice, either may be repeated along extents of 1.
  case add
  /// Inputs joined along an axis: 0 height, 1 width, 2 channels.
  case concatenation(axis: Int)
  /// Bits by the node's thresholds.
  case binarize
  /// The shifted, sloped rectifier; int16 of one scale.
  case prelu(Rectifier)
  /// The same values in the output's steps.
  case rescale
  /// A function of one element: the results for -128 to 127.
  case lookup([Int8])
  /// Posteriors over the channels in steps of 1/256; Q31 exponentials of 256 differences to the greatest logit, from 0 on.
  case softmax([Int32])
  /// Product of two inputs, either repeated along extents of 1, times a real factor; rounds twice.
  case multiply(Double)
  /// Part of the input, or the input with a margin of zero points.
  case crop(Rectangle)
  /// All elements in order, in another shape.
  case reshape
  /// Sum over the window, less the zero points, times a factor that holds the division; rounds twice. No padding.
  case mean(Window, QuantizedMultiplier)
}

/// Where a crop reads: output `(y, x, c)` is input `(row + y * strideHeight, column + x * strideWidth, channel + c)`.
public struct Rectangle: Equatable, Sendable {
  /// First row; negative: so many rows of zero points before the input.
  public var row: Int
  /// First column; negative: so many columns of zero points before the input.
  public var column: Int
  /// First channel.
  public var channel: Int
  /// From a row to the next that is copied.
  public var strideHeight: Int
  /// From a column to the next that is copied.
  public var strideWidth: Int

  /// Memberwise.
  public init(row: Int = 0, column: Int = 0, channel: Int = 0, strideHeight: Int = 1, strideWidth: Int = 1) {
    self.row = row
    self.column = column
    self.channel = channel
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
  }
}

/// Symmetric per-channel integer weights with their biases.
public struct Weights: Equatable, Sendable {
  /// In the order that the operation documents; of the levels that `encoding` has.
  public var values: [Int8]
  /// One an output channel: `real = scale * value`. Positive and finite.
  public var scales: [Double]
  /// One an output channel, in steps of `input scale * weight scale`; no zero point is folded in.
  public var biases: [Int32]
  /// How the values are to be stored.
  public var encoding: Encoding
  /// Levels of a codebook encoding, as many as it has or fewer; empty for others.
  public var codebook: [Int8]
  /// `binaryLevels`: what both levels of an output channel have in common, over half their distance, Q8; `scales` is then
  /// that of 1/256 of half the distance. Empty for others.
  public var centers: [Int32]
  /// `input scale * weight scale / output scale`, an output channel each, where a file wants it rounded in its own way on the
  /// way; empty where it follows from the scales.
  public var factors: [Double]

  /// Memberwise.
  public init(
    values: [Int8], scales: [Double], biases: [Int32], encoding: Encoding = .int8, codebook: [Int8] = [],
    centers: [Int32] = [], factors: [Double] = []
  ) {
    self.values = values
    self.scales = scales
    self.biases = biases
    self.encoding = encoding
    self.codebook = codebook
    self.centers = centers
    self.factors = factors
  }
}

/// Where integers turn into bits, a channel each.
public struct Thresholds: Equatable, Sendable {
  /// In steps of what is compared: the dot product of signs, or a stored element, zero point included. Where weights have
  /// levels, 256 steps make one.
  public var values: [Int32]
  /// 1: at the threshold and above is 1. -1: at the threshold and below.
  public var polarities: [Int32]

  /// Memberwise.
  public init(values: [Int32], polarities: [Int32]) {
    self.values = values
    self.polarities = polarities
  }
}

/// Constants of RPReLU, a channel each: `x + before`, sloped where negative, `+ after`.
public struct Rectifier: Equatable, Sendable {
  /// In steps of the tensors.
  public var before: [Int32]
  /// Of what is negative.
  public var slopes: [Double]
  /// In steps of the tensors.
  public var after: [Int32]

  /// Memberwise.
  public init(before: [Int32], slopes: [Double], after: [Int32]) {
    self.before = before
    self.slopes = slopes
    self.after = after
  }
}

/// How a kernel moves over its input. Padding after the input follows from the output's shape.
public struct Window: Equatable, Sendable {
  /// Extent in time.
  public var kernelHeight: Int
  /// Extent in bands.
  public var kernelWidth: Int
  /// Step in time.
  public var strideHeight: Int
  /// Step in bands.
  public var strideWidth: Int
  /// Distance of taps in time; 1 for pools.
  public var dilationHeight: Int
  /// Distance of taps in bands; 1 for pools.
  public var dilationWidth: Int
  /// Rows of zero-point padding before the input.
  public var padTop: Int
  /// Columns of zero-point padding before the input.
  public var padLeft: Int

  /// Memberwise.
  public init(
    kernelHeight: Int, kernelWidth: Int, strideHeight: Int = 1, strideWidth: Int = 1, dilationHeight: Int = 1,
    dilationWidth: Int = 1, padTop: Int = 0, padLeft: Int = 0
  ) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.padTop = padTop
    self.padLeft = padLeft
  }
}

/// An activation that is fused into the node before it.
public enum Activation: Equatable, Sendable {
  /// No activation.
  case identity
  /// `max(x, 0)`.
  case relu
  /// `min(max(x, 0), 6)`.
  case relu6
}

extension Quantization {
  /// The int8 clamp that computes `activation` on an output of this quantization.
  public func clamp(for activation: Activation) -> ClosedRange<Int8> {
    switch activation {
    case .identity: return -128...127
    case .relu: return Int8(clamping: zeroPoint)...127
    case .relu6:
      let six = Double(zeroPoint) + (6 / scale).rounded(.toNearestOrAwayFromZero)
      return Int8(clamping: zeroPoint)...Int8(max(Double(zeroPoint), min(six, 127)))
    }
  }
}
