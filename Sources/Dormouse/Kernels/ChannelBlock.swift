import DormouseISA

/// Accumulators of up to 64 channels of one output position, on the stack, fed with the taps of its window.
///
/// Depthwise convolutions and average pools are both this: a pool is a depthwise convolution whose weights are 1.
struct ChannelBlock {
  /// Channels that one block holds at most.
  static let capacity = 64

  private var sums = InlineArray<64, Int32>(repeating: 0)
  /// Channels in use.
  let count: Int
  private let set: InstructionSet

  init(count: Int, on set: InstructionSet) {
    self.count = count
    self.set = set
  }

  /// `sums[c] += sum_t elements[t * elementStep + c] * weights[t * weightStep + c]` over `taps` taps.
  @inline(__always)
  mutating func accumulate(
    _ elements: UnsafePointer<Int8>, step elementStep: Int, _ weights: UnsafePointer<Int8>, step weightStep: Int,
    taps: Int
  ) {
    guard taps > 0 else { return }
    withUnsafeMutableBytes(of: &sums) { sums in
      dm_taps(
        set.rawValue, elements, elementStep, weights, weightStep, Int32(truncatingIfNeeded: taps),
        Int32(truncatingIfNeeded: count), sums.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self))
    }
  }

  /// Writes `requantize(sums[c] + biases[c])` for the channels of the block.
  @inline(__always)
  func requantize(_ rescale: dm_rescale, into results: UnsafeMutablePointer<Int8>) {
    withUnsafeBytes(of: sums) { sums in
      dm_requantize(
        set.rawValue, sums.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self), rescale,
        Int32(truncatingIfNeeded: count), results)
    }
  }

  /// Accumulator of a channel.
  subscript(channel: Int) -> Int32 { sums[channel] }
}
