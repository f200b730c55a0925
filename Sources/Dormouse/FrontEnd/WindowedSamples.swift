/// Samples times a window, padded with zeros: what the transform of a frame reads.
struct WindowedSamples: SamplePairs {
  /// `window` samples, Int16, aligned to 4.
  let samples: UnsafeRawPointer
  /// `window` coefficients, Int32, scaled as `LogMelRecord.windowOne` says.
  let table: UnsafePointer<Int32>
  /// Even.
  let window: Int

  /// Products of samples `2 * index` and `2 * index + 1`, without their lower 16 bits.
  #if DORMOUSE_SMALL
    @inline(never)
  #else
    @inline(__always)
  #endif
  func pair(_ index: Int) -> (Int32, Int32) {
    guard 2 &* index < window else { return (0, 0) }
    let both = samples.load(fromByteOffset: 4 &* index, as: UInt32.self)
    // Samples in the upper half of a word: the high half of the product is the product without its lower 16 bits.
    let first = Int32(bitPattern: both &<< 16)
    let second = Int32(bitPattern: both & 0xFFFF_0000)
    return (highProduct(first, table[2 &* index]), highProduct(second, table[2 &* index &+ 1]))
  }
}
