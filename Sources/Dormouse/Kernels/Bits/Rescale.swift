/// The same values in other steps: int8 or int16 to int8 or int16.
///
/// One multiplier and shift for the whole tensor. No scratch.
enum Rescale {
  /// Greatest shift: 2^16 times 2^13 stays below 2^30.
  static var maximumShift: Int32 { 13 }

  /// `output = clamp(outputZeroPoint + factor * (input - inputZeroPoint))`; int16 saturates.
  @inline(__always)
  static func run<Input: ActivationElement, Output: ActivationElement>(
    _ input: Span<Input>, _ constants: LayerConstants, into output: inout MutableSpan<Output>
  ) {
    let factor = QuantizedMultiplier(multiplier: constants.multipliers[0], shift: constants.shifts[0])
    let (minimum, maximum) = Output.bounds(constants)
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        for index in 0..<output.count {
          let value = factor.apply(input[index].widened &- Int32(constants.inputZeroPoint))
          output[index] = Output(narrowing: min(max(value &+ Int32(constants.outputZeroPoint), minimum), maximum))
        }
      }
    }
  }
}

/// int8 or int16.
protocol ActivationElement: BitwiseCopyable {
  /// In 32 bits.
  var widened: Int32 { get }
  /// A value that is known to fit.
  init(narrowing value: Int32)
  /// Least and greatest output of a layer.
  static func bounds(_ constants: LayerConstants) -> (Int32, Int32)
}

extension Int8: ActivationElement {
  @inline(__always)
  var widened: Int32 { Int32(self) }
  @inline(__always)
  init(narrowing value: Int32) { self.init(truncatingIfNeeded: value) }
  @inline(__always)
  static func bounds(_ constants: LayerConstants) -> (Int32, Int32) {
    (Int32(constants.outputMinimum), Int32(constants.outputMaximum))
  }
}

extension Int16: ActivationElement {
  @inline(__always)
  var widened: Int32 { Int32(self) }
  @inline(__always)
  init(narrowing value: Int32) { self.init(truncatingIfNeeded: value) }
  @inline(__always)
  static func bounds(_ constants: LayerConstants) -> (Int32, Int32) { (-32768, 32767) }
}
