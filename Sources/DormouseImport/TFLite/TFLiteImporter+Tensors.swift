import Dormouse
import DormouseModel

/// What operators read and write.
extension TFLiteImporter {
  /// The quantization of an activation, one for all elements; uint8 is shifted by 128, which changes nothing else.
  ///
  /// - Throws: `ImportError` if it is not int8 or uint8, or has more than one scale.
  func quantization(of tensor: TFLiteTensor) throws -> Quantization {
    guard tensor.type == .int8 || tensor.type == .uint8 else {
      throw ImportError(
        tensor.place, "is \(tensor.typeName), but activations must be int8",
        remedy: "convert the model with full integer quantization")
    }
    let (scales, zeroPoints, _) = try tensor.quantization()
    let zeroPoint = zeroPoints.first ?? 0
    guard scales.count == 1 else {
      throw ImportError(tensor.place, "has \(scales.count) scales; an activation has one")
    }
    let offset: Int64 = tensor.type == .uint8 ? 128 : 0
    guard (-128 + offset...127 + offset).contains(zeroPoint) else {
      throw ImportError(tensor.place, "has the zero point \(zeroPoint), which its type doesn't hold")
    }
    return Quantization(scale: Double(scales[0]), zeroPoint: Int(zeroPoint - offset))
  }

  /// The file's tensor that an operator reads at `position`.
  ///
  /// - Throws: `ImportError` if it is left out.
  func source(_ operation: TFLiteOperator, _ position: Int) throws -> TFLiteTensor {
    guard operation.inputs.indices.contains(position), operation.inputs[position] >= 0 else {
      throw operation.error("lacks input \(position)")
    }
    return main.tensors[operation.inputs[position]]
  }

  /// The file's tensor that an operator writes at `position`.
  func target(_ operation: TFLiteOperator, _ position: Int = 0) throws -> TFLiteTensor {
    guard operation.outputs.indices.contains(position) else { throw operation.error("lacks output \(position)") }
    return main.tensors[operation.outputs[position]]
  }

  /// What an operator reads at `position`: computed before, or a constant, which goes to the image.
  mutating func value(_ operation: TFLiteOperator, _ position: Int) throws -> Value {
    let source = try source(operation, position)
    if let value = values[source.index] { return value }
    guard try source.isConstant() else {
      throw operation.error("reads \(source.place), which no operator before it writes")
    }
    guard source.type == .int8 else {
      throw operation.error("reads \(source.place), a constant of \(source.typeName); int8 is needed")
    }
    let layout = try TFLiteLayout(source.shape, place: source.place)
    let elements = try source.bytes()
    try spend(elements.count, operation)
    tensors.append(
      Tensor(
        name: source.place, shape: layout.shape, quantization: try quantization(of: source), home: .image,
        constant: elements))
    let value = Value(tensor: tensors.count - 1, layout: layout)
    values[source.index] = value
    return value
  }

  /// The tensor that an operator reads at `position`, in the shape of the file or in another of as many elements.
  ///
  /// - Throws: `ImportError` also if the tensor is not int8 (or uint8) in the file.
  mutating func read(_ operation: TFLiteOperator, _ position: Int, as shape: TensorShape? = nil) throws -> Int {
    var value = try value(operation, position)
    let shape = shape ?? value.layout.shape
    let source = try source(operation, position)
    guard source.type == .int8 else {
      throw operation.error("reads \(source.place), which is \(source.typeName); int8 is needed")
    }
    guard tensors[value.tensor].shape != shape else {
      open.remove(value.tensor)
      return value.tensor
    }
    guard tensors[value.tensor].shape.count == shape.count else {
      throw operation.error("can't read \(source.place) of \(tensors[value.tensor].shape) as \(shape)")
    }
    if open.remove(value.tensor) != nil {
      tensors[value.tensor].shape = shape
      return value.tensor
    }
    var copy = tensors[value.tensor]
    copy.shape = shape
    copy.home = .activations
    copy.constant = []
    tensors.append(copy)
    nodes.append(
      Node(name: operation.place, operation: .reshape, inputs: [value.tensor], output: tensors.count - 1))
    value.tensor = tensors.count - 1
    if value.layout.shape == shape { values[source.index] = value }
    return value.tensor
  }

  /// A new tensor for what an operator writes.
  ///
  /// - Parameters:
  ///   - shape: Of the tensor, if the operation makes another than the file says.
  ///   - isOpen: The operation writes its elements in order, whatever the shape.
  mutating func make(
    _ operation: TFLiteOperator, _ position: Int = 0, shape: TensorShape? = nil, isOpen: Bool = false
  ) throws -> Int {
    let target = try target(operation, position)
    let layout = try TFLiteLayout(target.shape, place: target.place)
    let shape = shape ?? layout.shape
    guard shape.count == layout.shape.count else {
      throw operation.error("gives \(shape), but \(target.place) has the shape \(target.shape)")
    }
    guard target.type == .int8 else {
      throw operation.error("writes \(target.place), which is \(target.typeName); int8 is needed")
    }
    tensors.append(Tensor(name: target.place, shape: shape, quantization: try quantization(of: target)))
    if isOpen { open.insert(tensors.count - 1) }
    values[target.index] = Value(tensor: tensors.count - 1, layout: layout)
    return tensors.count - 1
  }

  /// Appends a node.
  mutating func emit(
    _ operation: TFLiteOperator, _ kind: NodeOperation, _ inputs: [Int], _ output: Int,
    clamp: ClosedRange<Int8> = -128...127, rounding: Rounding = .once
  ) {
    nodes.append(
      Node(name: operation.place, operation: kind, inputs: inputs, output: output, clamp: clamp, rounding: rounding))
  }

  /// Makes what an operator writes another name for what it reads.
  mutating func alias(_ operation: TFLiteOperator, _ value: Value) throws {
    let target = try target(operation)
    let layout = try TFLiteLayout(target.shape, place: target.place)
    guard layout.shape.count == tensors[value.tensor].shape.count else {
      throw operation.error(
        "turns \(tensors[value.tensor].shape.count) elements into the shape \(target.shape) of \(target.place)")
    }
    values[target.index] = Value(tensor: value.tensor, layout: layout)
  }

  /// The clamp of an operator's fused activation.
  func clamp(_ operation: TFLiteOperator, slot: Int, _ output: Int) throws -> ClosedRange<Int8> {
    let quantization = tensors[output].quantization
    switch try operation.option(slot, Int8(0)) {
    case 0: return -128...127
    case 1: return quantization.clamp(from: 0, to: nil)
    case 2: return quantization.clamp(from: -1, to: 1)
    case 3: return quantization.clamp(from: 0, to: 6)
    case let code: throw operation.error("has the fused activation \(code); RELU, RELU6 and RELU_N1_TO_1 are known")
    }
  }
}

extension Quantization {
  /// The int8 values that stand for reals between two bounds, which are rounded in single precision.
  func clamp(from least: Float, to greatest: Float?) -> ClosedRange<Int8> {
    func step(_ real: Float) -> Int {
      zeroPoint + Int(min(max((real / Float(scale)).rounded(.toNearestOrAwayFromZero), -65536), 65536))
    }
    let low = Int8(clamping: step(least))
    let high = greatest.map { Int8(clamping: step($0)) } ?? 127
    return low...max(low, high)
  }
}
