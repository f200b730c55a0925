/// One operation on reals, a constant a channel, as the file has it: what stands between a layer and its quantization.
enum ChannelStep: Equatable {
  case add([Float])
  case multiply([Float])
  case divide([Float])
  /// The slope of what is negative.
  case slope([Float])
  /// BatchNormalization.
  case normalize(scale: [Float], bias: [Float], mean: [Float], deviation: [Float])

  /// The step in float32, operation by operation as executors of ONNX compute it.
  func applied(to value: Float, channel: Int) -> Float {
    switch self {
    case .add(let terms): value + terms[channel]
    case .multiply(let factors): value * factors[channel]
    case .divide(let divisors): value / divisors[channel]
    case .slope(let slopes): value < 0 ? value * slopes[channel] : value
    case .normalize(let scale, let bias, let mean, let deviation):
      (value - mean[channel]) / deviation[channel] * scale[channel] + bias[channel]
    }
  }

  /// The step as `factor * x + term`; nil for a slope.
  func affine(channel: Int) -> (factor: Double, term: Double)? {
    switch self {
    case .add(let terms): return (1, Double(terms[channel]))
    case .multiply(let factors): return (Double(factors[channel]), 0)
    case .divide(let divisors): return (1 / Double(divisors[channel]), 0)
    case .slope: return nil
    case .normalize(let scale, let bias, let mean, let deviation):
      let factor = Double(scale[channel]) / Double(deviation[channel])
      return (factor, Double(bias[channel]) - factor * Double(mean[channel]))
    }
  }
}

extension [ChannelStep] {
  /// All steps after one another, in float32.
  func applied(to value: Float, channel: Int) -> Float {
    reduce(value) { $1.applied(to: $0, channel: channel) }
  }

  /// All steps as `factor * x + term`; nil if there is a slope among them.
  func affine(channel: Int) -> (factor: Double, term: Double)? {
    var result = (factor: 1.0, term: 0.0)
    for step in self {
      guard let next = step.affine(channel: channel) else { return nil }
      result = (result.factor * next.factor, result.term * next.factor + next.term)
    }
    return result
  }

  /// The threshold and polarity that tell which integers within `range` end up at zero or above.
  ///
  /// An integer stands for `(integer - zeroPoint) * scale`. The steps never turn round on the way, rounding included, so
  /// there is one place where the sign changes, found by halving.
  func threshold(
    scale: Float, zeroPoint: Int32, range: ClosedRange<Int32>, channel: Int
  ) -> (value: Int32, polarity: Int32) {
    func isSet(_ integer: Int32) -> Bool {
      applied(to: Float(integer - zeroPoint) * scale, channel: channel) >= 0
    }
    let (first, last) = (isSet(range.lowerBound), isSet(range.upperBound))
    if first == last { return (first ? .min : .max, 1) }
    var (low, high) = (range.lowerBound, range.upperBound)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if isSet(middle) == first { low = middle } else { high = middle }
    }
    return first ? (low, -1) : (high, 1)
  }
}
