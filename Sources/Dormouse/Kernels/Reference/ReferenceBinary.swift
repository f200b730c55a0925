extension BinaryConvolution {
  /// The oracle of `run`: for output position `(y, x)` and channel `o` the dot product of weights and signs, tap by tap,
  /// those in the padding left out; then what `results` says.
  ///
  /// Same preconditions; no scratch.
  public static func reference(
    _ input: Span<UInt32>, _ constants: LayerConstants, _ geometry: Geometry, into results: BinaryResults
  ) {
    let inputWords = SignWords.count(channels: geometry.input.channels)
    let weightWords = UnsafeRawPointer(constants.weights).assumingMemoryBound(to: UInt32.self)
    let rowWords = constants.rowStride / 4
    let weights = Span(_unsafeStart: weightWords, count: rowWords &* geometry.output.channels)
    for y in 0..<geometry.output.height {
      for x in 0..<geometry.output.width {
        for channel in 0..<geometry.output.channels {
          var dot: Int32 = 0
          var total: Int32 = 0
          for i in 0..<geometry.kernelHeight {
            for j in 0..<geometry.kernelWidth {
              guard let index = geometry.inputIndex(y, x, i, j) else { continue }
              let position = index / geometry.input.channels
              let tap = channel &* rowWords &+ (i &* geometry.kernelWidth &+ j) &* inputWords
              for c in 0..<geometry.input.channels {
                let sign = SignWords.sign(input, 32 &* position &* inputWords &+ c)
                dot &+= sign &* SignWords.sign(weights, 32 &* tap &+ c)
                total &+= sign
              }
            }
          }
          if constants.encoding == .binaryLevels { dot = 256 &* dot &+ constants.table()[channel] &* total }
          results.put(dot, constants, position: y &* geometry.output.width &+ x, channel, of: geometry.output.channels)
        }
      }
    }
  }
}

extension BinaryResults {
  /// Puts one accumulator where it belongs, by the definition of the three results.
  fileprivate func put(_ sum: Int32, _ constants: LayerConstants, position: Int, _ channel: Int, of channels: Int) {
    let index = position &* channels &+ channel
    switch self {
    case .bits(let words):
      let word = words + (position &* SignWords.count(channels: channels) &+ channel / 32)
      // The lowest channel of a word clears the others, and those that are not used.
      if channel % 32 == 0 { word.pointee = 0 }
      let reaches =
        constants.shifts[channel] == 1
        ? sum >= constants.biases[channel] : sum <= constants.biases[channel]
      if reaches { word.pointee |= 1 &<< UInt32(truncatingIfNeeded: channel % 32) }
    case .int8(let elements):
      elements[index] = constants.requantize(sum &+ constants.biases[channel], channel: channel)
    case .int16(let elements, let shortcut):
      let value = constants.factor(channel).apply(sum &+ constants.biases[channel])
      let saturated = min(max(value, -32768), 32767)
      let result = shortcut.map { saturated &+ Int32($0[index]) } ?? saturated
      elements[index] = Int16(truncatingIfNeeded: min(max(result, -32768), 32767))
    }
  }
}

extension MaxPool {
  /// The oracle of `run` on signs: 1 where any sign of the window is 1, padding left out.
  ///
  /// Same preconditions.
  public static func reference(_ input: Span<UInt32>, _ geometry: Geometry, into output: inout MutableSpan<UInt32>) {
    let words = SignWords.count(channels: geometry.input.channels)
    for index in 0..<output.count { output[index] = 0 }
    for y in 0..<geometry.output.height {
      for x in 0..<geometry.output.width {
        for channel in 0..<geometry.output.channels {
          for i in 0..<geometry.kernelHeight {
            for j in 0..<geometry.kernelWidth {
              guard let index = geometry.inputIndex(y, x, i, j) else { continue }
              let position = index / geometry.input.channels
              guard SignWords.sign(input, 32 &* position &* words &+ channel) == 1 else { continue }
              output[(y &* geometry.output.width &+ x) &* words &+ channel / 32] |=
                1 &<< UInt32(truncatingIfNeeded: channel % 32)
            }
          }
        }
      }
    }
  }
}
