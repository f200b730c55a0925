import DormouseModel

extension [Node] {
  /// Replaces the one probability that a network gives by two logits, 0 and the one that the probability was of, whose
  /// posteriors the detector computes: of both, softmax gives just what the logistic function gives of the one.
  ///
  /// Does nothing unless the last node is a table that a dense layer of one output feeds, and which gives probabilities.
  mutating func replaceProbability(_ tensors: inout [Tensor], output: inout Int) {
    guard count > 1, let table = last, table.output == output, case .lookup = table.operation,
      tensors[output].shape.count == 1, tensors[output].quantization == Quantization(scale: 1.0 / 256, zeroPoint: -128)
    else { return }
    let logit = table.inputs[0]
    guard case .dense(var weights) = self[count - 2].operation, self[count - 2].output == logit,
      weights.scales.count == 1, weights.encoding == .int8
    else { return }
    // A row of zeros comes first: its logit is exactly 0.
    weights.values = [Int8](repeating: 0, count: weights.values.count) + weights.values
    weights.scales += weights.scales
    weights.biases = [0] + weights.biases
    weights.factors += weights.factors
    removeLast()
    self[count - 1].operation = .dense(weights)
    tensors[logit].shape.channels = 2
    // The probability is the tensor of no node any more.
    tensors.remove(at: output)
    for index in indices {
      self[index].inputs = self[index].inputs.map { $0 > output ? $0 - 1 : $0 }
      if self[index].output > output { self[index].output -= 1 }
    }
    output = logit > output ? logit - 1 : logit
  }
}
