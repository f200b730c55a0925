import Dormouse
import DormouseModel

// Activations of sixteen bits: the real-valued stream beside binary layers.
extension OnnxImporter {
  /// A QONNX Quant to 16 bits: the real-valued stream beside binary layers.
  func quantizeWide(_ node: OnnxNode, scale: Double) throws -> OnnxValue {
    let quantization = Quantization(scale: scale, zeroPoint: 0)
    switch try value(node, 0) {
    case .pending(var layer):
      guard layer.low == -.infinity, layer.high == .infinity else {
        throw node.error("clamps 16 bits", remedy: "use PRelu between two Quant nodes")
      }
      if layer.isProductOfSigns(tensors) {
        layer.operation = try folded(layer, node)
      } else {
        let types = layer.inputs.map { tensors[$0].type }
        guard types.allSatisfy({ $0 == .int16 }) else {
          throw node.error(
            "quantizes the result of \(layer.place) to 16 bits", remedy: "use 8 bits there, and Quant with 16 after it")
        }
        guard layer.inputs.allSatisfy({ tensors[$0].quantization == quantization }) else {
          throw node.error("changes the scale of 16 bits", remedy: "keep one scale along the real-valued stream")
        }
      }
      let result = Tensor(name: node.outputs[0], shape: layer.shape, quantization: quantization, type: .int16)
      return .activation(TensorView(tensor: try append(layer, result, node), axes: layer.axes))
    case .activation(let view): return .activation(try rescaledWide(view, to: quantization, type: .int16, node))
    case .shifted(let shifted): return .activation(try rectified(shifted, quantization, node))
    case .input:
      throw node.error("quantizes the network's input to 16 bits", remedy: "use 8, or BipolarQuant")
    default: return .activation(try activation(node, 0))
    }
  }

  /// The same values as int8 or int16 in other steps.
  func rescaledWide(
    _ view: TensorView, to quantization: Quantization, type: ElementType, clamp: ClosedRange<Int8> = -128...127,
    _ node: OnnxNode
  ) throws -> TensorView {
    let source = tensors[view.tensor]
    guard view.padding.isEmpty else { throw padError(node) }
    guard source.type != .bits else {
      throw node.error("quantizes bits", remedy: "let a Conv, Gemm or MatMul with binary weights read them")
    }
    guard source.type != type || source.quantization != quantization else { return view }
    let shape = try settledShape(of: view.tensor)
    let layer = try pending(
      node, .rescale, inputs: [view.tensor], axes: view.axes, memory: storage[view.tensor].memory, shape: shape)
    var result = view
    result.tensor = try append(
      layer, Tensor(name: node.outputs[0], shape: shape, quantization: quantization, type: type), clamp: clamp, node)
    return result
  }

  /// RPReLU: a constant added, a slope, a constant added, on int16 of one scale.
  private func rectified(_ shifted: ShiftedView, _ quantization: Quantization, _ node: OnnxNode) throws -> TensorView {
    let source = tensors[shifted.view.tensor]
    guard source.type == .int16, source.quantization == quantization, shifted.low == -.infinity,
      shifted.high == .infinity
    else {
      throw node.error(
        "ends a rectifier in another type or scale than it began with",
        remedy: "use Quant with 16 bits and one scale before and after Add, PRelu, Add")
    }
    let shape = try settledShape(of: shifted.view.tensor)
    var rectifier = Rectifier(
      before: [], slopes: [Double](repeating: 1, count: shape.channels), after: [])
    var (before, after) = ([Double](repeating: 0, count: shape.channels), [Double](repeating: 0, count: shape.channels))
    var isSloped = false
    for step in shifted.steps {
      switch step {
      case .add(let terms):
        for channel in 0..<shape.channels {
          if isSloped { after[channel] += Double(terms[channel]) } else { before[channel] += Double(terms[channel]) }
        }
      case .slope(let slopes) where !isSloped:
        isSloped = true
        rectifier.slopes = slopes.map { Double($0) }
      default:
        throw node.error("ends steps that are no rectifier", remedy: "use Add, PRelu, Add between two Quant nodes")
      }
    }
    rectifier.before = try steps(before, quantization, node)
    rectifier.after = try steps(after, quantization, node)
    let layer = try pending(
      node, .prelu(rectifier), inputs: [shifted.view.tensor], axes: shifted.view.axes,
      memory: storage[shifted.view.tensor].memory, shape: shape)
    let tensor = try append(
      layer, Tensor(name: node.outputs[0], shape: shape, quantization: quantization, type: .int16), node)
    return TensorView(tensor: tensor, axes: shifted.view.axes)
  }

  private func steps(_ reals: [Double], _ quantization: Quantization, _ node: OnnxNode) throws -> [Int32] {
    try reals.map { real -> Int32 in
      let steps = (real / quantization.scale).rounded(.toNearestOrEven)
      guard steps.magnitude <= 1_048_576 else { throw node.error("adds \(real) to steps of \(quantization.scale)") }
      return Int32(steps)
    }
  }
}
