/// Table of the MFCC front end: 16 bytes, then the cosines.
///
/// MFCC are a `LogMelRecord` of kind `LogMelRecord.mfcc`, which differs from log-mel so: a band is the weighted sum of the
/// *magnitudes* `|X|`, not of their squares, to which `floor` is added; its level is `log2(sum) - origin`; and
///
///     feature[k] = clamp(zeroPoint + round(scale * sum over bands b of level[b] cos(pi k (b + 1/2) / bands)), -128, 127)
///
/// Here `origin` is log2 of the sum in units of `2^-(spectrumFraction + 15)` of an int16 sample: those of the weighted sums.
public struct CepstrumRecord: BitwiseCopyable {
  /// What is added to the sum of a band, in the units of `origin`.
  public var floor: UInt32
  /// Reserved, zero.
  public var reserved: (UInt32, UInt32, UInt32)

  /// From the start of this record: Q14, Int16, `[coefficients, bands]`.
  static let cosines = 16

  /// Memberwise.
  public init(floor: UInt32) {
    self.floor = floor
    reserved = (0, 0, 0)
  }
}
