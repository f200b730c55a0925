/// Where an operator on integers has its parts: inputs by their positions, a scale and a zero point after each.
private struct IntegerOperator {
  /// The operator on floats that it stands for.
  var operation: String
  /// Positions of tensors with their scales and zero points.
  var operands: [Int]
  /// Position of the result's scale, before its zero point.
  var result: Int
  /// Position of the int32 bias, in steps of both operands' scales.
  var bias: Int?

  /// Those of the standard and of onnxruntime that have a fixed list of inputs.
  static let all: [String: IntegerOperator] = [
    "QLinearConv": IntegerOperator(operation: "Conv", operands: [0, 3], result: 6, bias: 8),
    "QLinearMatMul": IntegerOperator(operation: "MatMul", operands: [0, 3], result: 6),
    "QGemm": IntegerOperator(operation: "Gemm", operands: [0, 3], result: 7, bias: 6),
    "QLinearAdd": IntegerOperator(operation: "Add", operands: [0, 3], result: 6),
    "QLinearMul": IntegerOperator(operation: "Mul", operands: [0, 3], result: 6),
    "QLinearAveragePool": IntegerOperator(operation: "AveragePool", operands: [0], result: 3),
    "QLinearGlobalAveragePool": IntegerOperator(operation: "GlobalAveragePool", operands: [0], result: 3),
    "QLinearReduceMean": IntegerOperator(operation: "ReduceMean", operands: [0], result: 3),
    "QLinearLeakyRelu": IntegerOperator(operation: "LeakyRelu", operands: [0], result: 3),
    "QLinearSigmoid": IntegerOperator(operation: "Sigmoid", operands: [0], result: 3),
  ]
}

// Operators on integers, as onnxruntime's quantizer writes them in its operator-oriented format.
extension OnnxImporter {
  /// The node as the same operator on floats between DequantizeLinear and QuantizeLinear; others as they are.
  func spelledOut(_ node: OnnxNode) throws -> [OnnxNode] {
    if node.operation == "QLinearConcat" { return try concatenationSpelledOut(node) }
    guard let form = IntegerOperator.all[node.operation] else { return [node] }
    guard try node.integer("channels_last", 0) == 0 else {
      throw node.error("has channels last", remedy: "export with channels first")
    }
    var parts: [OnnxNode] = []
    for position in form.operands {
      let axis = position == 0 ? 1 : try weightAxis(node, position)
      parts.append(try part(node, "DequantizeLinear", position, axis: axis))
    }
    if let bias = form.bias, node.input(bias) != nil {
      guard let first = try optionalConstant(node, 1)?.reals, first.count == 1,
        let second = try optionalConstant(node, 4), let steps = second.reals
      else { throw node.error("has a bias, but no constant scales") }
      let name = "\(node.outputs[0])#bias scale"
      values[name] = .constant(
        OnnxTensor(shape: second.shape, element: .float32, values: .reals(steps.map { $0 * first[0] })))
      parts.append(part(node, "DequantizeLinear", inputs: [node.inputs[bias], name], output: "bias", axis: 0))
    }
    return parts + (try resultSpelledOut(node, form.operation, parts.map { $0.outputs[0] }, at: form.result))
  }

  private func concatenationSpelledOut(_ node: OnnxNode) throws -> [OnnxNode] {
    let parts = try stride(from: 2, to: node.inputs.count, by: 3).map {
      try part(node, "DequantizeLinear", $0, axis: 1)
    }
    return parts + (try resultSpelledOut(node, "Concat", parts.map { $0.outputs[0] }, at: 0))
  }

  /// The axis of the weights' scales where there are several.
  private func weightAxis(_ node: OnnxNode, _ position: Int) throws -> Int {
    switch node.operation {
    case "QLinearConv": return 0
    case "QGemm": return try node.integer("transB", 0) != 0 ? 0 : 1
    default:
      guard case .constant(let tensor) = try value(node, position) else { return 1 }
      return max(tensor.shape.count - 1, 0)
    }
  }

  /// The operator itself and the QuantizeLinear of its result, if it has one.
  private func resultSpelledOut(
    _ node: OnnxNode, _ operation: String, _ inputs: [String], at position: Int
  ) throws -> [OnnxNode] {
    guard let scale = node.input(position) else {
      var plain = part(node, operation, inputs: inputs, output: "")
      plain.proto.output = [node.outputs[0]]
      plain.proto.attribute = node.proto.attribute
      return [plain]
    }
    var plain = part(node, operation, inputs: inputs, output: "result")
    plain.proto.attribute = node.proto.attribute
    let unit = [scale, node.input(position + 1) ?? ""]
    var last = part(node, "QuantizeLinear", inputs: plain.outputs + unit, output: "")
    last.proto.output = [node.outputs[0]]
    return [plain, last]
  }

  private func part(_ node: OnnxNode, _ operation: String, _ position: Int, axis: Int) throws -> OnnxNode {
    guard node.input(position) != nil, node.input(position + 1) != nil else {
      throw node.error("lacks input \(node.input(position) == nil ? position : position + 1)")
    }
    let inputs = (position..<position + 3).map { node.input($0) ?? "" }
    return part(node, operation, inputs: inputs, output: "\(position)", axis: axis)
  }

  private func part(
    _ node: OnnxNode, _ operation: String, inputs: [String], output: String, axis: Int? = nil
  ) -> OnnxNode {
    var proto = Onnx_NodeProto()
    proto.name = node.proto.name
    proto.opType = operation
    proto.input = inputs
    proto.output = ["\(node.outputs[0])#\(output)"]
    if let axis {
      var attribute = Onnx_AttributeProto()
      (attribute.name, attribute.i) = ("axis", Int64(axis))
      proto.attribute = [attribute]
    }
    var part = OnnxNode(proto, index: node.index)
    part.written = node.operation
    return part
  }
}
