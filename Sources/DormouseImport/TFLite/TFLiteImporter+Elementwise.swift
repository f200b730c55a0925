import Dormouse
import DormouseModel
import Foundation

/// ADD, MUL, SOFTMAX, LOGISTIC, the rectifiers, QUANTIZE and DEQUANTIZE.
extension TFLiteImporter {
  mutating func elementwise(_ operation: TFLiteOperator) throws {
    let output = try make(operation)
    let rank = try target(operation).shape.count
    var inputs: [Int] = []
    for position in 0..<2 {
      // Dimensions are counted from the last one; what an input lacks of them before its first is 1.
      let source = try source(operation, position)
      let missing = [Int](repeating: 1, count: max(rank - source.shape.count, 0))
      let layout = try TFLiteLayout(missing + source.shape, place: source.place)
      inputs.append(try read(operation, position, as: layout.shape))
    }
    let clamp = try clamp(operation, slot: 0, output)
    guard operation.code.name == "MUL" else {
      return emit(operation, .add, inputs, output, clamp: clamp, rounding: .twice)
    }
    let scales = inputs.map { Float(tensors[$0].quantization.scale) }
    let factor = Double(scales[0] * scales[1] / Float(tensors[output].quantization.scale))
    guard let multiplier = QuantizedMultiplier(rounding: factor), multiplier.multiplier > 0, multiplier.shift <= 13
    else {
      throw operation.error("has the factor \(factor) between its scales, which can't be used")
    }
    emit(operation, .multiply(factor), inputs, output, clamp: clamp, rounding: .twice)
  }

  mutating func softmax(_ operation: TFLiteOperator) throws {
    let input = try read(operation, 0)
    let output = try make(operation)
    try requireProbabilities(operation, output)
    let beta = try operation.real(0, 0)
    let scale = Float(tensors[input].quantization.scale)
    guard beta > 0, beta.isFinite, let table = TFLiteArithmetic.exponentials(scale: scale, beta: beta) else {
      throw operation.error("has beta \(beta) and the input scale \(scale), which can't be used")
    }
    emit(operation, .softmax(table), [input], output)
  }

  mutating func logistic(_ operation: TFLiteOperator) throws {
    let input = try value(operation, 0).tensor
    let output = try make(operation, isOpen: true)
    try requireProbabilities(operation, output)
    let table = TFLiteArithmetic.table(input: tensors[input].quantization, output: tensors[output].quantization) {
      1 / (1 + exp(-$0))
    }
    emit(operation, .lookup(table), [input], output)
  }

  private func requireProbabilities(_ operation: TFLiteOperator, _ output: Int) throws {
    guard tensors[output].quantization == Quantization(scale: 1.0 / 256, zeroPoint: -128) else {
      throw operation.error("writes \(tensors[output].name) with another scale than 1/256 and zero point -128")
    }
  }

  mutating func rectifier(_ operation: TFLiteOperator) throws {
    let input = try value(operation, 0).tensor
    let output = try make(operation, isOpen: true)
    let quantization = tensors[output].quantization
    let clamp: ClosedRange<Int8>
    switch operation.code.name {
    case "RELU": clamp = quantization.clamp(from: 0, to: nil)
    case "RELU6": clamp = quantization.clamp(from: 0, to: 6)
    default: clamp = quantization.clamp(from: -1, to: 1)
    }
    try requantize(operation, input, output, clamp: clamp)
  }

  /// A table that brings one tensor's steps to another's.
  private mutating func requantize(
    _ operation: TFLiteOperator, _ input: Int, _ output: Int, clamp: ClosedRange<Int8> = -128...127
  ) throws {
    let (from, to) = (tensors[input].quantization, tensors[output].quantization)
    guard let table = TFLiteArithmetic.table(input: from, output: to, clamp: clamp) else {
      throw operation.error("has scales \(from.scale) and \(to.scale), which are too far apart")
    }
    emit(operation, .lookup(table), [input], output)
  }

  mutating func quantize(_ operation: TFLiteOperator) throws {
    let (source, target) = (try source(operation, 0), try target(operation))
    let quantization = try quantization(of: target)
    let value = try value(operation, 0)
    if source.type == .float32 {
      guard quantizeInput(source.index, quantization) else {
        throw operation.error("quantizes \(source.place) of reals, which is not the input")
      }
      return try alias(operation, value)
    }
    if tensors[value.tensor].quantization == quantization { return try alias(operation, value) }
    let layout = try TFLiteLayout(target.shape, place: target.place)
    guard layout.shape.count == tensors[value.tensor].shape.count else {
      throw operation.error("turns \(tensors[value.tensor].shape) into \(target.shape)")
    }
    tensors.append(Tensor(name: target.place, shape: layout.shape, quantization: quantization))
    open.insert(tensors.count - 1)
    values[target.index] = Value(tensor: tensors.count - 1, layout: layout)
    try requantize(operation, value.tensor, tensors.count - 1)
  }

  /// The output of reals of a network that is integers inside: left out, as a model image gives the integers.
  mutating func dequantize(_ operation: TFLiteOperator) throws {
    let target = try target(operation)
    guard target.index == main.outputs[0], operation.index == main.operators.count - 1 else {
      throw operation.error(
        "gives reals to \(target.place)", remedy: "convert the model with full integer quantization")
    }
    try alias(operation, value(operation, 0))
  }
}
