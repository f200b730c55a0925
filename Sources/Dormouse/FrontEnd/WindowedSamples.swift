/// Samples times a symmetric window, padded with zeros: what the transform of a frame reads.
struct WindowedSamples: SamplePairs {
  /// `window` samples.
  let samples: UnsafePointer<Int16>
  /// The first `window / 2` coefficients, Q16.
  let table: UnsafePointer<UInt16>
  /// A multiple of 4, so that no pair straddles the middle.
  let window: Int
  /// The product loses this many bits, to leave the transform its head-room.
  let shift: Int32

  /// Products of samples `2 * index` and `2 * index + 1`, `2^(16 - shift)` a unit; below `2^(31 - shift)`.
  @inline(__always)
  func pair(_ index: Int) -> (Int32, Int32) {
    let first = 2 &* index
    let rest = window &- 1 &- first
    guard rest > 0 else { return (0, 0) }
    let x0 = Int32(samples[first])
    let x1 = Int32(samples[first &+ 1])
    let w0: UInt16
    let w1: UInt16
    if first < rest {
      w0 = table[first]
      w1 = table[first &+ 1]
    } else {
      w0 = table[rest]
      w1 = table[rest &- 1]
    }
    // At most 2^15 * (2^16 - 1): fits 32 bits.
    return ((x0 &* Int32(w0)) &>> shift, (x1 &* Int32(w1)) &>> shift)
  }
}
