import DormouseISA

/// The shifted, sloped rectifier between two binary layers (RPReLU of ReActNet, Liu et al. 2020).
///
/// Input and output share scale. Constants a channel: `biases`, added before; `multipliers` and `shifts`, the slope of what
/// is negative, which may be negative itself; the table at `codebook`, added after. No scratch.
public enum PReLU {
  /// Greatest magnitude of what is added before and after.
  static var maximumBias: Int32 { 1 << 20 }
  /// Greatest shift of a slope: 2^21 times 2^9 stays below 2^31.
  static var maximumShift: Int32 { 9 }

  /// `x = input[c] + biases[c]; output[c] = saturate((x >= 0 ? x : slope[c] * x) + after[c])`.
  ///
  /// `channels` is the extent of the last axis; `output` may be `input`.
  public static func run(
    _ input: Span<Int16>, _ constants: LayerConstants, channels: Int, into output: inout MutableSpan<Int16>
  ) {
    let after = constants.table()
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        var channel = 0
        for index in 0..<output.count {
          var value = Int32(input[index]) &+ constants.biases[channel]
          if value < 0 {
            value = dm_scale(value, constants.multipliers[channel], constants.shifts[channel])
          }
          output[index] = saturated16(value &+ after[channel])
          channel = channel &+ 1 == channels ? 0 : channel &+ 1
        }
      }
    }
  }
}
