import Dormouse

/// One step of a graph: an operation, the tensors it reads and the one it writes.
public struct Node: Equatable, Sendable {
  /// Only for messages; not stored in the image.
  public var name: String
  /// What is computed.
  public var operation: NodeOperation
  /// Indices of the tensors that it reads: two for `add`, two to four for `concatenation`, one otherwise. A dense layer or
  /// convolution from bits to int16 may have a second: the shortcut that is added to its result.
  public var inputs: [Int]
  /// Index of the tensor that it writes.
  public var output: Int
  /// Clamp of the int8 output, a fused activation folded in; see `Quantization.clamp(for:)`.
  public var clamp: ClosedRange<Int8>
  /// Which accumulators, or elements, make a 1; present exactly where the output is bits, but for pools and joins.
  public var thresholds: Thresholds?

  /// Memberwise.
  public init(
    name: String, operation: NodeOperation, inputs: [Int], output: Int, clamp: ClosedRange<Int8> = -128...127,
    thresholds: Thresholds? = nil
  ) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.output = output
    self.clamp = clamp
    self.thresholds = thresholds
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
  /// Sum of two inputs of one shape.
  case add
  /// Inputs joined along an axis: 0 height, 1 width, 2 channels.
  case concatenation(axis: Int)
  /// Bits by the node's thresholds.
  case binarize
  /// The shifted, sloped rectifier; int16 of one scale.
  case prelu(Rectifier)
  /// The same values in the output's steps.
  case rescale
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

  /// Memberwise.
  public init(
    values: [Int8], scales: [Double], biases: [Int32], encoding: Encoding = .int8, codebook: [Int8] = [],
    centers: [Int32] = []
  ) {
    self.values = values
    self.scales = scales
    self.biases = biases
    self.encoding = encoding
    self.codebook = codebook
    self.centers = centers
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
