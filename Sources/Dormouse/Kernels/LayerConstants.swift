/// What a layer reads from the image: weights, biases, requantization.
///
/// The validator has proven that the pointers are good for everything that the layer's shapes make a kernel read.
public struct LayerConstants {
  /// First weight, in the layout of encoding and operation (`WeightLayout`); aligned to 16.
  public var weights: UnsafePointer<Int8>
  /// Bytes from one row of weights, or one pair of rows, to the next; a multiple of 4, the excess zero.
  public var rowStride: Int
  /// How the weights are stored.
  public var encoding: Encoding
  /// The levels of a codebook encoding; unused by others.
  public var codebook: UnsafePointer<Int8>
  /// An output channel each, in accumulator units, the input's zero point folded in.
  public var biases: UnsafePointer<Int32>
  /// `QuantizedMultiplier.multiplier`, an output channel each. Add: first input, second input, output.
  public var multipliers: UnsafePointer<Int32>
  /// `QuantizedMultiplier.shift`, an output channel each. Add: first input, second input, output.
  public var shifts: UnsafePointer<Int32>
  /// Zero point of the (first) input; what padding reads.
  public var inputZeroPoint: Int8
  /// Zero point of the second input; add only.
  public var secondZeroPoint: Int8 = 0
  /// Zero point of the output.
  public var outputZeroPoint: Int8
  /// Least output: the fused activation and int8 itself.
  public var outputMinimum: Int8
  /// Greatest output, not below `outputMinimum`.
  public var outputMaximum: Int8

  #if DORMOUSE_WITHOUT_IMPORTED
    /// Whether products are rounded twice.
    @inline(__always)
    var roundsTwice: Bool { false }
  #else
    /// Whether products are rounded twice; see `Rounding`.
    public var roundsTwice = false
  #endif

  /// Memberwise.
  @inline(__always)
  public init(
    weights: UnsafePointer<Int8>, rowStride: Int, encoding: Encoding = .int8, codebook: UnsafePointer<Int8>? = nil,
    biases: UnsafePointer<Int32>, multipliers: UnsafePointer<Int32>, shifts: UnsafePointer<Int32>, inputZeroPoint: Int8,
    outputZeroPoint: Int8, outputMinimum: Int8,
    outputMaximum: Int8
  ) {
    self.weights = weights
    self.rowStride = rowStride
    self.encoding = encoding
    self.codebook = codebook ?? weights
    self.biases = biases
    self.multipliers = multipliers
    self.shifts = shifts
    self.inputZeroPoint = inputZeroPoint
    self.outputZeroPoint = outputZeroPoint
    self.outputMinimum = outputMinimum
    self.outputMaximum = outputMaximum
  }

  /// Requantizes one accumulator of `channel`, its bias included already.
  @inline(__always)
  func requantize(_ accumulator: Int32, channel: Int) -> Int8 {
    let factor = QuantizedMultiplier(multiplier: multipliers[channel], shift: shifts[channel])
    let result = roundsTwice ? factor.applyTwice(accumulator) : factor.apply(accumulator)
    return clamp(result &+ Int32(outputZeroPoint))
  }

  /// `value` within the layer's output range.
  @inline(__always)
  func clamp(_ value: Int32) -> Int8 {
    Int8(truncatingIfNeeded: min(max(value, Int32(outputMinimum)), Int32(outputMaximum)))
  }

  /// One of the three factors of an addition.
  func factor(_ index: Int) -> QuantizedMultiplier {
    QuantizedMultiplier(multiplier: multipliers[index], shift: shifts[index])
  }
}
