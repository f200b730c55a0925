import Dormouse
import DormouseModel

/// What the importer knows about a named value of an ONNX graph.
enum OnnxValue {
  /// Known numbers.
  case constant(OnnxTensor)
  /// Known integers that stand for `scale * (q - zeroPoint)`: weights and biases.
  case weights(QuantizedConstant)
  /// The network's input before its quantization is known.
  case input(TensorView)
  /// The float result of a layer that waits for the quantization of its output.
  case pending(PendingLayer)
  /// An activation as integers: the result of QuantizeLinear.
  case integers(TensorView)
  /// An activation as floats: the result of DequantizeLinear.
  case activation(TensorView)
  /// An activation with constants a channel applied to it, not quantized yet.
  case shifted(ShiftedView)
  /// An activation with a function of one element applied to it, not quantized yet.
  case curved(CurvedView)
  /// The softmax of the logits, which the detector computes itself.
  case probabilities(TensorView)
}

/// A constant after DequantizeLinear or Quant.
struct QuantizedConstant {
  /// Integers of 8 or 32 bits.
  var tensor: OnnxTensor
  /// One, or one an extent of `axis`.
  var scales: [Double]
  /// The axis of the scales; nil for a scale of the whole tensor.
  var axis: Int?
  /// How weights of these levels are stored.
  var encoding: Encoding = .int8
  /// `binaryLevels`: what both levels of an extent of `axis` have in common, in 256ths of half their distance.
  var centers: [Int32] = []
  /// Why these can't be a layer's weights, though they can be other constants.
  var problem: ImportError?
}

/// How an activation is quantized in the file.
struct ActivationQuantization: Equatable {
  /// In our terms: int8. An unsigned file's zero point is shifted by -128, and so are its values.
  var quantization: Quantization
  /// Levels in use; fewer than int8 has where the file quantizes to fewer bits.
  var levels: ClosedRange<Int> = -128...127

  /// The int8 level of a real value, clamped.
  func level(of real: Double) -> Int {
    let level = (real / quantization.scale).rounded(.toNearestOrEven) + Double(quantization.zeroPoint)
    return Int(min(max(level, Double(levels.lowerBound)), Double(levels.upperBound)))
  }

  /// Whether both mean the same, but for the last bits of a float32 scale.
  func matches(_ other: Quantization) -> Bool {
    quantization.zeroPoint == other.zeroPoint
      && abs(quantization.scale - other.scale) <= 1e-6 * quantization.scale
  }
}

/// A layer of which all but the quantization of its output is known.
struct PendingLayer {
  /// The same for every view of one result.
  var id: Int
  /// Where it comes from, for messages.
  var place: String
  /// Name of the ONNX value.
  var name: String
  var operation: NodeOperation
  /// Tensor indices.
  var inputs: [Int]
  /// The result as ONNX sees it.
  var axes: [[Atom]]
  var memory: [Atom]
  var shape: TensorShape
  /// Real bounds of the fused activation.
  var low = -Double.infinity
  var high = Double.infinity
  /// What is done to the products of signs, before they are quantized.
  var steps: [ChannelStep] = []
  /// Whether a bias is already part of the weights.
  var hasBias = false

  /// Narrows the bounds, as a clamp after the present one does.
  mutating func clamp(_ low: Double, _ high: Double) {
    self.low = min(max(self.low, low), high)
    self.high = min(max(self.high, low), high)
  }
}
