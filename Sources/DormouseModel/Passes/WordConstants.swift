import Dormouse

/// Constants of layers that read or write bits or int16.
extension PackedConstants {
  /// Lays out the signs of `weights`, `[filters][taps][channels]`, as words, and what becomes of the dot products.
  mutating func packWords(
    _ weights: Weights, filters: Int, taps: Int, _ input: Tensor, _ output: Tensor, _ node: Node
  ) throws(GraphError) {
    let channels = input.shape.channels
    guard weights.values.count == filters * taps * channels else {
      throw GraphError(
        node.name,
        "it has \(weights.values.count) weights, but its shapes ask for \(filters) x \(taps * channels) = "
          + "\(filters * taps * channels)")
    }
    guard weights.encoding == .binary || weights.encoding == .binaryLevels,
      weights.values.allSatisfy({ $0 == 1 || $0 == -1 })
    else {
      throw GraphError(
        node.name, "its input is bits, but its weights are \(weights.encoding); use binary weights, -1 and 1")
    }
    let hasLevels = weights.encoding == .binaryLevels
    guard weights.centers.count == (hasLevels ? filters : 0), weights.centers.allSatisfy({ abs($0) <= 16383 }) else {
      throw GraphError(node.name, "levels need a center a channel, of magnitude below 64 half distances")
    }
    layout = .words
    encoding = weights.encoding
    table = weights.centers
    let tapWords = SignWords.count(channels: channels)
    rowStride = 4 * taps * tapWords
    var words = [UInt32](repeating: 0, count: filters * taps * tapWords)
    for (index, value) in weights.values.enumerated() where value > 0 {
      let (tap, channel) = index.quotientAndRemainder(dividingBy: channels)
      words[tap * tapWords + channel / 32] |= 1 << UInt32(channel % 32)
    }
    rows = words.withUnsafeBytes { [UInt8]($0) }
    guard output.type != .bits else { return try pack(node.thresholds, channels: filters, node) }
    guard weights.scales.count == filters, weights.biases.count == filters else {
      throw GraphError(
        node.name,
        "it has \(weights.scales.count) weight scales and \(weights.biases.count) biases for \(filters) outputs")
    }
    biases = weights.biases
    for filter in 0..<filters {
      let place = "\(node.name), output \(filter)"
      let factor = try factor(input.quantization.scale, weights.scales[filter], output.quantization.scale, place)
      let magnitude = taps * channels * (hasLevels ? 256 + abs(Int(weights.centers[filter])) : 1)
      let limit = factor.shift > 0 ? Int(Int32.max) >> (Int(factor.shift) + 1) : Int(Int32.max) - 256
      guard abs(Int(biases[filter])) + magnitude <= limit else {
        throw GraphError(
          place,
          "its accumulator can overflow 32 bits (bias \(biases[filter]), \(taps * channels) inputs, factor "
            + "\(factor.real)); quantize the model again with smaller biases or a larger output scale")
      }
      factors.append(factor)
    }
  }

  /// Thresholds and polarities in the places of biases and shifts.
  mutating func pack(_ thresholds: Thresholds?, channels: Int, _ node: Node) throws(GraphError) {
    guard let thresholds, thresholds.values.count == channels, thresholds.polarities.count == channels,
      thresholds.polarities.allSatisfy({ abs($0) == 1 })
    else { throw GraphError(node.name, "its output is bits: it needs a threshold and a polarity a channel") }
    biases = thresholds.values
    polarities = thresholds.polarities
  }

  /// A rectifier's shifts and slopes.
  mutating func pack(_ rectifier: Rectifier, channels: Int, _ node: Node) throws(GraphError) {
    guard [rectifier.before.count, rectifier.slopes.count, rectifier.after.count].allSatisfy({ $0 == channels }),
      (rectifier.before + rectifier.after).allSatisfy({ abs(Int($0)) <= 1 << 20 })
    else { throw GraphError(node.name, "it needs two shifts and a slope a channel, the shifts below 2^20 steps") }
    biases = rectifier.before
    table = rectifier.after
    for slope in rectifier.slopes {
      guard var factor = QuantizedMultiplier(rounding: abs(slope)), factor.shift <= 9 else {
        throw GraphError(node.name, "its slope \(slope) is not below 512")
      }
      if slope < 0 { factor.multiplier = -factor.multiplier }
      factors.append(factor)
    }
  }
}
