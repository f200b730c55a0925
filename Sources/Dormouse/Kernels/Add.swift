import DormouseISA

/// Element by element, two inputs of different scales: the residual connection.
///
/// Preconditions: inputs and output have one shape; the three multipliers are valid and their shifts lie in
/// `shiftRange`. No scratch.
public enum Add {
  /// Shifts that `multipliers[0...2]` may have; scales that differ by less than 2^29 never need others.
  public static var shiftRange: ClosedRange<Int32> { -30...0 }

  /// `output = clamp(zeroPoint + m2 * (m0 * ((a - zeroA) << 20) + m1 * ((b - zeroB) << 20)))`.
  ///
  /// `m0` and `m1` bring the inputs to twice the greater of their scales, `m2` that to the output's. The output may be
  /// one of the inputs.
  public static func run(
    _ first: Span<Int8>, _ second: Span<Int8>, _ constants: LayerConstants, into output: inout MutableSpan<Int8>,
    on set: InstructionSet
  ) {
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        output.withUnsafeMutableBufferPointer { output in
          var sum = dm_sum(
            multipliers: constants.multipliers, shifts: constants.shifts,
            first_zero_point: Int32(constants.inputZeroPoint), second_zero_point: Int32(constants.secondZeroPoint),
            zero_point: Int32(constants.outputZeroPoint), minimum: Int32(constants.outputMinimum),
            maximum: Int32(constants.outputMaximum))
          dm_add(
            set.rawValue, first.baseAddress, second.baseAddress, &sum, Int32(truncatingIfNeeded: output.count),
            output.baseAddress)
        }
      }
    }
  }
}
