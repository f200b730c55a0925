/// Tables of the micro front end: 16 bytes, then turns, logarithms and gains.
///
/// The micro front end is TensorFlow's *microfrontend*, which TensorFlow Lite Micro's speech example and microWakeWord
/// are trained with. It is a `LogMelRecord` of kind `LogMelRecord.micro`, which differs from log-mel so:
/// - **Window table.** Int16, Q12, 0 to 4096.
/// - **Transform.** 512 points, of windowed samples in int16 that are shifted left until the loudest has 15 bits; rounding
///   as in `ShortTransform`.
/// - **Mel table.** Weights are Q12.
/// - **Signal** of a band: the square root of its energy, the shift undone.
/// - **Noise reduction.** Each band keeps an estimate of its noise, a smoothed signal with 10 bits of fraction; what exceeds
///   it remains, but at least a given share of the signal.
/// - **Gain.** Per-channel amplitude normalization (Wang and others, 2017, arXiv 1607.05666): the rest times a gain that
///   falls as the noise grows, then compressed where it is small.
/// - **Level**: 64 times its natural logarithm, and
///
///       feature = clamp(zeroPoint + round(scale * (level - origin)), -128, 127)
public struct MicroRecord: BitwiseCopyable {
  /// Share of the signal that goes into the noise estimate of even bands, Q14, at most 16384.
  public var evenSmoothing: UInt16
  /// The same for odd bands.
  public var oddSmoothing: UInt16
  /// Share of the signal that remains at least, Q14, at most 16384.
  public var remaining: UInt16
  /// Reserved, zero.
  public var reserved: UInt16
  /// Reserved, zero.
  public var reserved1: (UInt32, UInt32)

  /// From the start of this record: 380 words, `exp(-2 pi i n / 512)` in Q15, real part in the lower half.
  static let turns = 16
  /// From the start of this record: 130 unsigned 16-bit words: what `log2(1 + n / 128)` exceeds `n / 128` by, Q16.
  static let logarithms = turns + 4 * 380
  /// From the start of this record: 126 signed 16-bit words: gains at noise 0 and 1, then four a doubling of the noise:
  /// gain at its start, slope, bend, nothing.
  static let gains = logarithms + 2 * 130
  /// Bytes of record and tables.
  public static var length: Int { gains + 2 * 126 }

  /// Memberwise.
  public init(evenSmoothing: UInt16, oddSmoothing: UInt16, remaining: UInt16) {
    self.evenSmoothing = evenSmoothing
    self.oddSmoothing = oddSmoothing
    self.remaining = remaining
    reserved = 0
    reserved1 = (0, 0)
  }
}
