import Dormouse
import DormouseModel

/// AVERAGE_POOL_2D, MAX_POOL_2D, MEAN.
extension TFLiteImporter {
  mutating func pool(_ operation: TFLiteOperator) throws {
    let input = try read(operation, 0)
    let output = try make(operation)
    let kernel = (try operation.extent(4, 0, "kernel"), try operation.extent(3, 0, "kernel"))
    let window = try window(
      operation, tensors[input].shape, tensors[output].shape, kernel: kernel, strides: (2, 1), dilations: nil)
    let clamp = try clamp(operation, slot: 5, output)
    let isAverage = operation.code.name == "AVERAGE_POOL_2D"
    emit(operation, isAverage ? .averagePool(window) : .maxPool(window), [input], output, clamp: clamp)
  }

  mutating func mean(_ operation: TFLiteOperator) throws {
    let input = try read(operation, 0)
    let layout = try value(operation, 0).layout
    let from = tensors[input].shape
    var kernel = TensorShape(channels: 1)
    for dimension in try source(operation, 1).integers(most: 8) {
      guard let axis = try layout.axis(dimension, operation) else { continue }
      guard axis != 2 else { throw operation.error("takes the mean over channels; over time and bands it can be had") }
      kernel[axis] = from[axis]
    }
    var shape = from
    if kernel.height > 1 { shape.height = 1 }
    if kernel.width > 1 { shape.width = 1 }
    let output = try make(operation, shape: shape)
    let count = kernel.count
    guard count <= 65536, kernel.height <= 1024, kernel.width <= 1024,
      let factor = TFLiteArithmetic.meanFactor(
        input: tensors[input].quantization, output: tensors[output].quantization, count: count), factor.shift <= 6
    else { throw operation.error("takes the mean of \(count) elements between scales that are too far apart") }
    let window = Window(kernelHeight: kernel.height, kernelWidth: kernel.width)
    emit(operation, .mean(window, factor), [input], output, rounding: .twice)
  }
}
