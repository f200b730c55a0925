import Dormouse
import DormouseModel

/// FULLY_CONNECTED, CONV_2D, DEPTHWISE_CONV_2D.
extension TFLiteImporter {
  /// Constants of an operator, as the file stores them.
  struct Constants {
    var values: [Int8]
    var shape: [Int]
    /// One, or one an output channel.
    var scales: [Double]
    /// One an output channel.
    var biases: [Int32]
    var encoding: Encoding

    /// A scale an output channel.
    var channelScales: [Double] {
      scales.count == 1 ? [Double](repeating: scales[0], count: biases.count) : scales
    }
  }

  /// Reads weights and biases, inputs 1 and 2.
  ///
  /// - Parameters:
  ///   - rank: Dimensions of the weights.
  ///   - axis: That of the output channels.
  mutating func constants(_ operation: TFLiteOperator, rank: Int, axis: Int) throws -> Constants {
    let tensor = try source(operation, 1)
    guard try tensor.isConstant(), values[tensor.index] == nil || tensors[values[tensor.index]!.tensor].home == .image
    else { throw operation.error("has weights \(tensor.place) that are computed; they must be constants") }
    guard tensor.shape.count == rank, tensor.count != nil else {
      throw operation.error("has weights \(tensor.place) of the shape \(tensor.shape); \(rank) dimensions are needed")
    }
    let values = try tensor.bytes()
    try spend(values.count, operation)
    let (scales, zeroPoints, dimension) = try tensor.quantization()
    let channels = tensor.shape[axis]
    guard zeroPoints.allSatisfy({ $0 == 0 }) else {
      throw operation.error("has weights \(tensor.place) with a zero point; they must be symmetric")
    }
    guard scales.count == 1 || (scales.count == channels && dimension == axis) else {
      throw operation.error(
        "has weights \(tensor.place) with \(scales.count) scales along dimension \(dimension), but \(channels) output "
          + "channels along dimension \(axis)")
    }
    var encoding = Encoding.int8
    // The lowest level has no counterpart in our int4.
    if tensor.type == .int4 { encoding = values.contains(-8) ? .int5 : .int4 }
    return Constants(
      values: values, shape: tensor.shape, scales: scales.map(Double.init), biases: try biases(operation, channels),
      encoding: encoding)
  }

  private func biases(_ operation: TFLiteOperator, _ channels: Int) throws -> [Int32] {
    guard operation.inputs.count > 2, operation.inputs[2] >= 0 else { return [Int32](repeating: 0, count: channels) }
    let tensor = main.tensors[operation.inputs[2]]
    guard tensor.type == .int32 else {
      throw operation.error("has biases \(tensor.place) of \(tensor.typeName); int32 is needed")
    }
    let values = try tensor.integers(most: 1 << 16)
    guard values.count == channels else {
      throw operation.error("has \(values.count) biases \(tensor.place) for \(channels) output channels")
    }
    return values.map { Int32(clamping: $0) }
  }

  mutating func fullyConnected(_ operation: TFLiteOperator) throws {
    let constants = try constants(operation, rank: 2, axis: 0)
    guard try operation.option(1, Int8(0)) == 0 else { throw operation.error("has shuffled weights") }
    guard try operation.option(3, Int8(0)) == 0 else {
      throw operation.error(
        "quantizes its input on the fly", remedy: "convert the model with full integer quantization")
    }
    let (outputs, columns) = (constants.shape[0], constants.shape[1])
    let count = tensors[try value(operation, 0).tensor].shape.count
    guard count.isMultiple(of: columns), count / columns <= 65535 else {
      throw operation.error("multiplies \(count) elements with rows of \(columns) weights")
    }
    let rows = count / columns
    let shape = TensorShape(height: rows, channels: columns)
    let input = rows == 1 ? try value(operation, 0).tensor : try read(operation, 0, as: shape)
    let output = try make(
      operation, shape: rows == 1 ? nil : TensorShape(height: rows, channels: outputs), isOpen: rows == 1)
    guard tensors[output].shape.count == rows * outputs else {
      throw operation.error("gives \(rows * outputs) elements, but its output has \(tensors[output].shape.count)")
    }
    var weights = Weights(
      values: constants.values, scales: constants.channelScales, biases: constants.biases, encoding: constants.encoding)
    if constants.scales.count == 1 {
      // With one scale the product of the scales is rounded to single precision.
      let product = Double(Float(tensors[input].quantization.scale) * Float(constants.scales[0]))
      weights.factors = [Double](repeating: product / tensors[output].quantization.scale, count: outputs)
    }
    emit(
      operation, rows == 1 ? .dense(weights) : .convolution(weights, Window(kernelHeight: 1, kernelWidth: 1)),
      [input], output, clamp: try clamp(operation, slot: 0, output))
  }

  mutating func convolution(_ operation: TFLiteOperator) throws {
    let input = try read(operation, 0)
    let from = tensors[input].shape
    let constants = try constants(operation, rank: 4, axis: 0)
    let (outputs, depth) = (constants.shape[0], constants.shape[3])
    guard from.channels.isMultiple(of: depth), outputs.isMultiple(of: from.channels / depth) else {
      throw operation.error("has weights of \(depth) channels for \(from.channels)")
    }
    let output = try make(operation)
    let window = try window(
      operation, from, tensors[output].shape, kernel: (constants.shape[1], constants.shape[2]), strides: (2, 1),
      dilations: (5, 4))
    guard tensors[output].shape.channels == outputs else {
      throw operation.error("gives \(outputs) channels, but its output has \(tensors[output].shape.channels)")
    }
    var values = constants.values
    let groups = from.channels / depth
    if groups > 1 {
      try spend(values.count * groups, operation)
      values = [Int8](repeating: 0, count: constants.values.count * groups)
      for (index, value) in constants.values.enumerated() {
        let (tap, channel) = index.quotientAndRemainder(dividingBy: depth)
        let group = tap / (constants.shape[1] * constants.shape[2]) / (outputs / groups)
        values[tap * from.channels + group * depth + channel] = value
      }
    }
    let weights = Weights(
      values: values, scales: constants.channelScales, biases: constants.biases, encoding: constants.encoding)
    emit(
      operation, .convolution(weights, window), [input], output, clamp: try clamp(operation, slot: 3, output),
      rounding: .twice)
  }

  mutating func depthwise(_ operation: TFLiteOperator) throws {
    let input = try read(operation, 0)
    let from = tensors[input].shape
    let constants = try constants(operation, rank: 4, axis: 3)
    let channels = constants.shape[3]
    guard constants.shape[0] == 1, channels.isMultiple(of: from.channels) else {
      throw operation.error("has weights of the shape \(constants.shape) for \(from.channels) channels")
    }
    let output = try make(operation)
    let window = try window(
      operation, from, tensors[output].shape, kernel: (constants.shape[1], constants.shape[2]), strides: (2, 1),
      dilations: (6, 5))
    guard tensors[output].shape.channels == channels else {
      throw operation.error("gives \(channels) channels, but its output has \(tensors[output].shape.channels)")
    }
    var weights = Weights(
      values: constants.values, scales: constants.channelScales, biases: constants.biases, encoding: constants.encoding)
    let multiplier = channels / from.channels
    if multiplier > 1 {
      // Several filters a channel: a convolution whose other weights are zero.
      try spend(constants.values.count * from.channels, operation)
      let taps = window.kernelHeight * window.kernelWidth
      weights.values = [Int8](repeating: 0, count: constants.values.count * from.channels)
      for (index, value) in constants.values.enumerated() {
        let (tap, channel) = index.quotientAndRemainder(dividingBy: channels)
        weights.values[(channel * taps + tap) * from.channels + channel / multiplier] = value
      }
    }
    emit(
      operation, multiplier == 1 ? .depthwise(weights, window) : .convolution(weights, window), [input], output,
      clamp: try clamp(operation, slot: 4, output), rounding: .twice)
  }

  /// The window of an operator, whose padding is option 0.
  ///
  /// - Parameters:
  ///   - strides: Slots of the options, height first.
  ///   - dilations: The same; nil if there are none.
  func window(
    _ operation: TFLiteOperator, _ from: TensorShape, _ to: TensorShape, kernel: (Int, Int), strides: (Int, Int),
    dilations: (Int, Int)?
  ) throws -> Window {
    var window = Window(
      kernelHeight: kernel.0, kernelWidth: kernel.1,
      strideHeight: try operation.extent(strides.0, 0, "stride"),
      strideWidth: try operation.extent(strides.1, 0, "stride"))
    if let dilations {
      window.dilationHeight = try operation.extent(dilations.0, 1, "dilation")
      window.dilationWidth = try operation.extent(dilations.1, 1, "dilation")
    }
    guard (1...1024).contains(kernel.0), (1...1024).contains(kernel.1) else {
      throw operation.error("has a kernel of \(kernel.0) x \(kernel.1); 1 to 1024 can be had")
    }
    let isValid: Bool
    switch try operation.option(0, Int8(0)) {
    case 0: isValid = false
    case 1: isValid = true
    case let code: throw operation.error("has the padding \(code); SAME and VALID are known")
    }
    /// Outputs, and padding before the input, along one dimension.
    func reach(_ extent: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> (outputs: Int, padding: Int) {
      let reach = (kernel - 1) * dilation + 1
      let outputs = isValid ? (extent - reach + stride) / stride : (extent + stride - 1) / stride
      return (outputs, isValid ? 0 : max((outputs - 1) * stride + reach - extent, 0) / 2)
    }
    let rows = reach(from.height, kernel.0, window.strideHeight, window.dilationHeight)
    let columns = reach(from.width, kernel.1, window.strideWidth, window.dilationWidth)
    guard rows.outputs == to.height, columns.outputs == to.width else {
      throw operation.error(
        "gives \(rows.outputs) x \(columns.outputs) positions, but its output has \(to.height) x \(to.width)")
    }
    window.padTop = rows.padding
    window.padLeft = columns.padding
    return window
  }
}
