/// A small generator with a fixed sequence, so that every mutant can be made again (Knuth's MMIX constants).
public struct Random {
  private var state: UInt64

  /// Equal seeds give equal sequences.
  public init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15
  }

  /// 64 bits, the lower ones good too.
  public mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 11) ^ (state >> 37)
  }

  /// 0 to `bound - 1`.
  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// True in `percent` of 100 calls.
  public mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}
