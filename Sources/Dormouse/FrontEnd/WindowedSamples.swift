/// Samples times a window, padded with zeros: what the transform of a frame reads.
struct WindowedSamples: SamplePairs {
  /// `window` samples, Int16, aligned to 4.
  let samples: UnsafeRawPointer
  /// `window` coefficients, UInt16 Q16, aligned to 4.
  let table: UnsafeRawPointer
  /// Even.
  let window: Int
  /// The product loses this many bits, to leave the transform its head-room.
  let shift: Int32

  /// Products of samples `2 * index` and `2 * index + 1`, `2^(16 - shift)` a unit; below `2^(31 - shift)`.
  @inline(__always)
  func pair(_ index: Int) -> (Int32, Int32) {
    guard 2 &* index < window else { return (0, 0) }
    let x = samples.load(fromByteOffset: 4 &* index, as: UInt32.self)
    let w = table.load(fromByteOffset: 4 &* index, as: UInt32.self)
    let x0 = Int32(Int16(truncatingIfNeeded: x))
    let x1 = Int32(bitPattern: x) &>> 16
    // At most 2^15 * (2^16 - 1): fits 32 bits.
    let p0 = x0 &* Int32(bitPattern: w & 0xFFFF)
    let p1 = x1 &* Int32(bitPattern: w &>> 16)
    return (p0 &>> shift, p1 &>> shift)
  }
}
