/// Settings of the log-mel front end: 64 bytes, followed in the section by its tables.
///
/// A frame is the spectrum of `window` samples, each times `sin^2(pi (n + 1/2) / window)`, padded with zeros to
/// `fftLength`. A band is a triangle, linear on the mel scale `1127 ln(1 + f / 700)`, of height 1; its corners are three
/// successive of `bands + 2` edges that are equally spaced in mel from `lowFrequency` to `highFrequency` (Kaldi's filter
/// bank). Energy is a band's weighted sum of `|X|^2`, in int16 samples squared, and
///
///     feature = clamp(zeroPoint + round(scale * (log2(max(energy, 1)) - origin)), -128, 127)
///
/// With **pre-emphasis**, the kind `emphasized`, what is heard in place of the samples `x[n]` is
///
///     round((x[n] - emphasis / 32768 x[n - 1]) / 2), x[-1] = 0
///
/// The tables are designed on the host (`LogMelDesign`), so that a device needs no trigonometry.
///
/// **Mel table.** 16-bit words: the first FFT bin that any band sees; then a count of bins for each of the
/// `bands + 1` gaps between edges; then a weight a bin, Q15, 0 to 32767. Successive bins fill successive gaps. In gap `g` a
/// bin has its weight in band `g`, which rises there, and one minus its weight in band `g - 1`, which falls.
public struct LogMelRecord: BitwiseCopyable {
  /// 1 names the log-mel front end, 5 the same with pre-emphasis, 3 the micro front end (`MicroRecord`), 4 MFCC
  /// (`CepstrumRecord`).
  public var kind: UInt32
  /// Hz: 8000 or 16000.
  public var sampleRate: UInt32
  /// Samples; even, at most `fftLength`.
  public var window: UInt16
  /// Samples; 1 to `window`.
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
  /// Output steps a Q16 unit of log2 energy: the mantissa of a `QuantizedMultiplier`.
  public var scaleMultiplier: Int32
  /// Its shift, -31 to 0.
  public var scaleShift: Int32
  /// Of the output.
  public var zeroPoint: Int32
  /// From the start of the section, a multiple of 4: `window` coefficients, Int32, 0 to `windowOne`.
  public var windowTable: UInt32
  /// From the start of the section, a multiple of 4: the mel table.
  public var melTable: UInt32
  /// Bytes of the mel table.
  public var melTableLength: UInt32
  /// From the start of the section, a multiple of 4: the tables that the kind has beside, or zero.
  public var extraTable: UInt32
  /// Coefficients of a frame, 1 to 32, in MFCC; else zero.
  public var coefficients: UInt32
  /// Of pre-emphasis, Q15, 1 to 32768; else zero.
  public var emphasis: UInt32

  /// `kind` of the log-mel front end.
  public static var logMel: UInt32 { 1 }
  /// `kind` of MFCC.
  public static var mfcc: UInt32 { 4 }
  /// `kind` of the micro front end.
  public static var micro: UInt32 { 3 }
  /// `kind` of the log-mel front end with pre-emphasis.
  public static var emphasized: UInt32 { 5 }

  /// Memberwise.
  public init(
    sampleRate: UInt32, window: UInt16, hop: UInt16, fftLength: UInt16, bands: UInt16, lowFrequency: UInt32,
    highFrequency: UInt32, origin: Int32, scale: QuantizedMultiplier, zeroPoint: Int32, windowTable: UInt32,
    melTable: UInt32, melTableLength: UInt32, kind: UInt32 = LogMelRecord.logMel, extraTable: UInt32 = 0,
    coefficients: UInt32 = 0, emphasis: UInt32 = 0
  ) {
    self.kind = kind
    self.sampleRate = sampleRate
    self.window = window
    self.hop = hop
    self.fftLength = fftLength
    self.bands = bands
    self.lowFrequency = lowFrequency
    self.highFrequency = highFrequency
    self.origin = origin
    scaleMultiplier = scale.multiplier
    scaleShift = scale.shift
    self.zeroPoint = zeroPoint
    self.windowTable = windowTable
    self.melTable = melTable
    self.melTableLength = melTableLength
    self.extraTable = extraTable
    self.coefficients = coefficients
    self.emphasis = emphasis
  }
}
