import DormouseModel

extension OnnxImporter {
  /// The input tensor, in the order in which the front end delivers it: frame by frame, bands innermost.
  ///
  /// ONNX does not say which axis is time. A convolution that reads the input as it is has its channels, so the bands,
  /// on axis 1; otherwise the front end's number of bands tells; otherwise the file's own order is kept.
  func inputView() throws -> TensorView {
    let place = "input \(file.input.name.quoted)"
    let dimensions = file.input.type.tensorType.shape.dim
    var extents: [Int64] = dimensions.map(\.dimValue)
    if !extents.isEmpty, case .dimParam = dimensions[0].value { extents[0] = 1 }
    guard let shape = Extents.checked(extents), shape.count >= 2, shape.allSatisfy({ $0 >= 1 && $0 <= 65535 }) else {
      throw ImportError(
        place, "has the shape \(extents.prefix(8))",
        remedy: "export with a fixed shape such as [1, frames, bands]")
    }
    guard shape[0] == 1 else {
      throw ImportError(place, "has a batch of \(shape[0])", remedy: "export with a batch of 1")
    }
    let axes = shape.map { atoms.axis($0) }
    let memory = memoryOrder(of: axes).flatMap { axes[$0] }
    if let bands, memory.count > 1, memory.last?.extent != bands {
      throw ImportError(
        place, "has the shape \(shape), with no axis of \(bands) bands",
        remedy: "set the front end's bands to what the network was trained with")
    }
    storage.append(Storage(memory: memory))
    tensors.append(
      Tensor(
        name: file.input.name, shape: TensorShape(channels: 1), quantization: Quantization(scale: 1, zeroPoint: 0)))
    return TensorView(tensor: OnnxImporter.inputTensor, axes: axes)
  }

  private func memoryOrder(of axes: [[Atom]]) -> [Int] {
    let order = Array(axes.indices)
    guard axes.count >= 3 else { return order }
    var result = order
    if inputFeedsConvolution() { result = order.filter { $0 != 1 } + [1] }
    let populated = result.filter { !axes[$0].isEmpty }
    guard let bands, populated.count == 2, axes[populated[1]].extent != bands, axes[populated[0]].extent == bands else {
      return result
    }
    return result.filter { $0 != populated[0] } + [populated[0]]
  }

  /// Whether the first operator that is not about quantization is a convolution.
  private func inputFeedsConvolution() -> Bool {
    var names: Set<String> = [file.input.name]
    for node in file.nodes where node.input(0).map(names.contains) == true {
      switch node.operation {
      case "QuantizeLinear", "DequantizeLinear", "Quant", "BipolarQuant", "Identity", "Pad", "Cast":
        if let output = node.outputs.first { names.insert(output) }
      case "Conv", "QLinearConv": return true
      default: return false
      }
    }
    return false
  }

  /// The shape of a tensor. A network input that no reader has settled is taken frame by frame.
  func settledShape(of tensor: Int) throws -> TensorShape {
    if let shape = storage[tensor].shape { return shape }
    let memory = atoms.resolved(storage[tensor].memory)
    let shape: TensorShape
    if let bands, memory.extent.isMultiple(of: bands) {
      shape = TensorShape(height: memory.extent / bands, channels: bands)
    } else if memory.count == 2 {
      shape = TensorShape(height: memory[0].extent, channels: memory[1].extent)
    } else if memory.count == 3 {
      shape = TensorShape(height: memory[0].extent, width: memory[1].extent, channels: memory[2].extent)
    } else {
      shape = TensorShape(channels: memory.extent)
    }
    try check(shape, place: "input \(file.input.name.quoted)")
    storage[tensor].shape = shape
    return shape
  }

  /// Refuses extents that an image can't hold.
  func check(_ shape: TensorShape, place: String) throws {
    guard [shape.height, shape.width, shape.channels].allSatisfy({ $0 >= 1 && $0 <= 65535 }),
      shape.height * shape.width * shape.channels <= Extents.maximumCount
    else { throw ImportError(place, "has the absurd shape \(shape)") }
  }

  /// The atoms of a tensor's height, width and channels; nil if its memory is not grouped so.
  func physicalAxes(of tensor: Int) throws -> [[Atom]]? {
    let shape = try settledShape(of: tensor)
    return atoms.regrouped(storage[tensor].memory, into: [shape.height, shape.width, shape.channels])
  }
}
