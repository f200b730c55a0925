/// What a layer computes. Raw values are on flash: never reuse one.
public enum Operation: UInt8, Sendable {
  /// `[n] -> [m]`, over the flattened input: int8, or bits to anything.
  case dense = 1
  /// 2-D convolution; 1-D is a width of 1 (or a height of 1). int8, or bits to anything.
  case convolution = 2
  /// One filter a channel, depth multiplier 1.
  case depthwise = 3
  /// Mean over the kernel window, padding not counted; input and output share scale and zero point.
  case averagePool = 4
  /// Maximum over the kernel window; input and output share scale and zero point.
  case maxPool = 5
  /// Two inputs of one shape, rescaled and added; int16 of one scale are added as they are. Where it rounds twice, either
  /// input may be repeated along extents of 1.
  case add = 6
  /// Two to four inputs along height, width or channels (`axis`), all of one type, scale and zero point.
  case concatenation = 7
  /// int8 or int16 -> bits, by a threshold and a polarity a channel.
  case binarize = 8
  /// int16 -> int16, shifted and sloped a channel; input and output share scale.
  case prelu = 9
  /// int8 or int16 -> int8 or int16, by one factor.
  case rescale = 10
  /// int8 -> int8, element by element, by a table of 256 results.
  case lookup = 11
  /// Posteriors of int8 logits over the channels of each position, by a table of exponentials.
  case softmax = 12
  /// Product of two inputs, of which either may be repeated along extents of 1.
  case multiply = 13
  /// Part of the input, or the input with a margin of zero points, or all its elements in another shape.
  case crop = 14
  /// Mean over the kernel window, padding not counted, in steps of the output.
  case mean = 15
}

/// How often the product of an accumulator with its factor is rounded.
public enum Rounding: UInt32, Sendable {
  /// Once, halves upwards: what Dormouse's own models are trained with.
  case once = 0
  /// First to a whole number, halves upwards, then to the result, halves away from zero: what the reference kernels of
  /// LiteRT's convolutions do. See `QuantizedMultiplier.applyTwice`.
  case twice = 1
}

/// One step of the program: 80 bytes. Fields that an operation doesn't use are zero.
///
/// Offsets of weights, biases and multipliers count from the start of the weights section; those of scratch from the
/// start of the arena's activation region.
public struct LayerRecord: BitwiseCopyable {
  /// An `Operation`.
  public var operation: UInt8
  /// An `Encoding`.
  public var encoding: UInt8
  /// A `WeightLayout`.
  public var layout: UInt8
  /// Concatenation: 0 height, 1 width, 2 channels.
  public var axis: UInt8
  /// Tensor indices; the first `inputCount` count.
  public var inputs: (UInt16, UInt16, UInt16, UInt16)
  /// Tensor index.
  public var output: UInt16
  /// 1 to 4.
  public var inputCount: UInt16
  /// Kernel extent in time.
  public var kernelHeight: UInt16
  /// Kernel extent in bands.
  public var kernelWidth: UInt16
  /// 1 or more.
  public var strideHeight: UInt16
  /// 1 or more.
  public var strideWidth: UInt16
  /// 1 or more.
  public var dilationHeight: UInt16
  /// 1 or more.
  public var dilationWidth: UInt16
  /// Rows of zero-point padding before the input. What is needed after it follows from the output's shape.
  public var padTop: UInt16
  /// Columns of zero-point padding before the input.
  public var padLeft: UInt16
  /// Clamp of the output, the fused activation folded in.
  public var outputMinimum: Int8
  /// See `outputMinimum`.
  public var outputMaximum: Int8
  /// Reserved, zero.
  public var reserved0: UInt16
  /// First row of the layout; a multiple of 16.
  public var weights: UInt32
  /// Bytes from one row of weights to the next, or, in `WeightLayout.pairs`, from one pair of rows to the next.
  public var rowStride: UInt32
  /// Int32 an output channel, the input's zero point folded in (`bias - zeroPoint * sum(weights)`); a multiple of 16.
  /// Where the output is bits, thresholds; prelu: what is added before the slope; softmax: 256 exponentials, Q31, of no
  /// difference to the greatest logit, a step less, and so on.
  public var biases: UInt32
  /// `QuantizedMultiplier.multiplier`, Int32 an output channel; a multiple of 16. Add: first input, second input, output.
  /// Prelu: slopes, which may be negative; rescale: one.
  public var multipliers: UInt32
  /// `QuantizedMultiplier.shift`, Int32 an output channel; a multiple of 16. Add: first input, second input, output.
  /// Where the output is bits, polarities: 1 or -1.
  public var shifts: UInt32
  /// Working memory of the kernel; a multiple of 16.
  public var scratch: UInt32
  /// Bytes of it, exactly what the kernel's scratch query says.
  public var scratchLength: UInt32
  /// Int8 levels that the fields of a codebook encoding name, one a field value; a multiple of 16. `binaryLevels`: Int32 an
  /// output channel, Q8; prelu: Int32 a channel, what is added after the slope; lookup: 256 results, from -128's on.
  public var codebook: UInt32
  /// What only imported layers need: a `Rounding`; first row and, from bit 16 on, first column of a crop; its first channel.
  public var details: (UInt32, UInt32, UInt32)

  /// All zero; the writer fills in what the operation needs.
  public init(operation: Operation) {
    self.operation = operation.rawValue
    encoding = 0
    layout = 0
    axis = 0
    inputs = (0, 0, 0, 0)
    output = 0
    inputCount = 1
    kernelHeight = 0
    kernelWidth = 0
    strideHeight = 0
    strideWidth = 0
    dilationHeight = 0
    dilationWidth = 0
    padTop = 0
    padLeft = 0
    outputMinimum = -128
    outputMaximum = 127
    reserved0 = 0
    weights = 0
    rowStride = 0
    biases = 0
    multipliers = 0
    shifts = 0
    scratch = 0
    scratchLength = 0
    codebook = 0
    details = (0, 0, 0)
  }

  /// Whether products are rounded twice.
  @inline(__always)
  public var roundsTwice: Bool { RuntimeParts.hasImported && details.0 == Rounding.twice.rawValue }
}

/// Head of the program section: 32 bytes.
public struct ProgramRecord: BitwiseCopyable {
  /// Tensor that takes the frames of one context (or any input, in a bare network).
  public var input: UInt16
  /// Tensor of logits.
  public var output: UInt16
  /// Frames that one inference sees; `context * bands` is the input's element count. 0 in a bare network.
  public var context: UInt16
  /// Hops between inferences, 1 or more. 0 in a bare network.
  public var stride: UInt16
  /// Bytes of the arena's activation region: tensors and kernel scratch, and, overlaid, front-end scratch.
  public var activationLength: UInt32
  /// Bytes of the arena's state region, right before the activations: tensors that keep their content between inferences.
  public var stateLength: UInt32
  /// Reserved, zero.
  public var reserved: (UInt32, UInt32, UInt32, UInt32)

  /// Memberwise.
  public init(
    input: UInt16, output: UInt16, context: UInt16, stride: UInt16, activationLength: UInt32, stateLength: UInt32 = 0
  ) {
    self.input = input
    self.output = output
    self.context = context
    self.stride = stride
    self.activationLength = activationLength
    self.stateLength = stateLength
    reserved = (0, 0, 0, 0)
  }
}
