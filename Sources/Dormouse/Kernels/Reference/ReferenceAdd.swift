extension Add {
  /// The oracle of `run`.
  ///
  /// Both inputs are brought to a common scale with 20 fractional bits, added, and brought to the output's scale:
  /// `output = zeroPoint + m2 * (m0 * ((a - zeroA) << 20) + m1 * ((b - zeroB) << 20))`, each product rounded as
  /// `QuantizedMultiplier` does. Same preconditions.
  public static func reference(
    _ first: Span<Int8>, _ second: Span<Int8>, _ constants: LayerConstants, into output: inout MutableSpan<Int8>
  ) {
    for index in 0..<output.count {
      let a = (Int32(first[index]) &- Int32(constants.inputZeroPoint)) &<< 20
      let b = (Int32(second[index]) &- Int32(constants.secondZeroPoint)) &<< 20
      let sum = constants.factor(0).apply(a) &+ constants.factor(1).apply(b)
      output[index] = constants.clamp(constants.factor(2).apply(sum) &+ Int32(constants.outputZeroPoint))
    }
  }
}
