/// Settings of the log-mel front end: 64 bytes, followed in the section by its tables.
///
/// feature = clamp(zeroPoint + round(scale * (log2(max(energy, 1)) - origin)), -128, 127), where energy is a band's
/// weighted sum of the power spectrum of the windowed int16 samples. The tables are designed on the host
/// (`LogMelDesign`), so that a device needs no trigonometry.
public struct LogMelRecord: BitwiseCopyable {
  /// 1 names the log-mel front end.
  public var kind: UInt32
  /// Hz: 8000 or 16000.
  public var sampleRate: UInt32
  /// Samples; even, at most `fftLength`.
  public var window: UInt16
  /// Samples; at most `window`.
  public var hop: UInt16
  /// 256, 512 or 1024.
  public var fftLength: UInt16
  /// 10 to 80.
  public var bands: UInt16
  /// Hz, lower edge of the first band.
  public var lowFrequency: UInt32
  /// Hz, upper edge of the last band, at most half the sample rate.
  public var highFrequency: UInt32
  /// log2 of the energy, Q16, that maps to `zeroPoint`.
  public var origin: Int32
  /// Output steps a Q16 unit of log2 energy, with `scaleShift`.
  public var scaleMultiplier: Int32
  /// See `scaleMultiplier`.
  public var scaleShift: Int32
  /// Of the output.
  public var zeroPoint: Int32
  /// From the start of the section: Int16 Q15, the first `window / 2` coefficients of the symmetric window.
  public var windowTable: UInt32
  /// From the start of the section: the triangular filter bank.
  public var melTable: UInt32
  /// Bytes of the filter bank.
  public var melTableLength: UInt32
  /// Reserved, zero.
  public var reserved: (UInt32, UInt32, UInt32)
}
