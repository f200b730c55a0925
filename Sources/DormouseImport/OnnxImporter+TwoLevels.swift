import Dormouse
import DormouseModel

// Weights of two levels a channel: signs with a constant added, as AdaBin (arXiv 2208.08084) has them.
extension OnnxImporter {
  /// Greatest center of a channel's levels in 256ths of half their distance; the image's rule.
  private static let maximumCenter = 16383.0

  /// Binary weights with a constant added: `scale * (sign + center / 256)`; nil if this is another addition.
  ///
  /// Centers are integers, one an output channel: the file's constant has to be one to the accuracy of float32.
  func twoLevels(_ node: OnnxNode) throws -> QuantizedConstant? {
    let (weights, constant): (QuantizedConstant, OnnxTensor)
    switch (try value(node, 0), try value(node, 1)) {
    case (.weights(let quantized), .constant(let tensor)), (.constant(let tensor), .weights(let quantized)):
      (weights, constant) = (quantized, tensor)
    default: return nil
    }
    guard weights.encoding == .binary else {
      throw node.error(
        "adds a constant to weights that are \(weights.encoding)",
        remedy: "add one to BipolarQuant of a constant, or leave it out")
    }
    guard let reals = constant.reals, !reals.isEmpty, reals.allSatisfy(\.isFinite) else {
      throw node.error("has a constant that is no finite float")
    }
    let axis = try centerAxis(constant, weights, node)
    let count = max(reals.count, weights.scales.count)
    try spend(2 * count, node)
    func each(_ values: [Double]) -> [Double] {
      values.count == count ? values : Array(repeating: values[0], count: count)
    }
    var result = weights
    (result.axis, result.scales, result.encoding) = (axis, each(weights.scales), .binaryLevels)
    result.centers = try zip(each(reals), result.scales).map { real, scale in
      let steps = 256 * real / scale
      guard steps.magnitude <= OnnxImporter.maximumCenter else {
        throw node.error(
          "moves weights of +-\(scale) by \(real), more than 16383 / 256 times as far",
          remedy: "train the channel again, or make its levels differ more")
      }
      let center = steps.rounded()
      guard (steps - center).magnitude <= 0x1p-20 * max(1, center.magnitude) else {
        throw node.error(
          "moves weights of +-\(scale) by \(real), which is no multiple of \(scale) / 256", remedy: "round it to one")
      }
      return Int32(center)
    }
    return result
  }

  /// The axis that scales or centers run over; nil if there is one of each.
  private func centerAxis(_ constant: OnnxTensor, _ weights: QuantizedConstant, _ node: OnnxNode) throws -> Int? {
    guard constant.count != 1 else { return weights.axis }
    let shape = weights.tensor.shape
    let padded = [Int](repeating: 1, count: max(shape.count - constant.shape.count, 0)) + constant.shape
    guard padded.count == shape.count, let axis = padded.firstIndex(of: constant.count), shape[axis] == constant.count,
      weights.axis == nil || weights.axis == axis
    else {
      throw node.error(
        "adds a constant of the shape \(constant.shape) to weights of the shape \(shape)",
        remedy: "add one number an output channel")
    }
    return axis
  }
}
