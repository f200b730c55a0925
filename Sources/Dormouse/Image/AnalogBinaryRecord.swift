/// Settings of the analog-binary front end: 32 bytes, followed in the section by an `AnalogChannelRecord` a channel.
///
/// It stands in for a board of analog filters and comparators that hands a microcontroller one bit a channel and window
/// (Cerutti and others, 2022, doi 10.1109/TCSI.2022.3142525), and computes in fixed point what the board does. A sample
/// `x` reaches the filters in steps of `2^-29` of full scale; all levels below are in these steps, before the rectifier's
/// gain, which only divides the supply and the thresholds. A channel computes at each sample
///
///     y    = b0 (x - x'') + b1 (x' - x'') + r1 y' + r2 y''         band-pass; x', x'' are the samples before x
///     u    = min(max(y, 0), clip)                                  half-wave rectifier, which clips at the supply
///     v   += attack (u - v) if u > v, else v -= decay v            envelope
///     high = v >= (high' ? off : on)                               comparator with hysteresis
///
/// A frame is a bit a channel, 1 if the comparator was high at any sample of the window: channel `c` is bit `c % 32` of
/// 32-bit word `c / 32`.
public struct AnalogBinaryRecord: BitwiseCopyable {
  /// 2 names the analog-binary front end.
  public var kind: UInt32
  /// Hz: 8000 or 16000.
  public var sampleRate: UInt32
  /// 8, 16, 32 or 64.
  public var channels: UInt16
  /// Samples in a window: 10 or 25 ms. Windows don't overlap.
  public var window: UInt16
  /// Q31 share of the way to the rectifier's output that the envelope rises in a sample.
  public var attack: Int32
  /// Q31 share of itself that the envelope falls in a sample.
  public var decay: Int32
  /// From the start of the section, a multiple of 4: `channels` channel records.
  public var channelTable: UInt32
  /// Reserved, zero.
  public var reserved: (UInt32, UInt32)

  /// `kind` of the analog-binary front end.
  public static var analogBinary: UInt32 { 2 }

  /// Memberwise.
  public init(
    sampleRate: UInt32, channels: UInt16, window: UInt16, attack: Int32, decay: Int32, channelTable: UInt32
  ) {
    kind = AnalogBinaryRecord.analogBinary
    self.sampleRate = sampleRate
    self.channels = channels
    self.window = window
    self.attack = attack
    self.decay = decay
    self.channelTable = channelTable
    reserved = (0, 0)
  }
}

/// One channel of an `AnalogBinaryRecord`: 32 bytes. Coefficients are Q30, levels steps of `2^-29` of full scale.
public struct AnalogChannelRecord: BitwiseCopyable {
  /// Weight of `x - x''`.
  public var b0: Int32
  /// Weight of `x' - x''`.
  public var b1: Int32
  /// Weight of the last output.
  public var r1: Int32
  /// Weight of the output before it; `-2^30 < r2 <= 0` and `|r1| < 2^30 - r2`, or the filter would be unstable.
  public var r2: Int32
  /// Where the rectifier clips: the supply divided by the gain; at most `2^30`.
  public var clip: Int32
  /// From here the comparator goes high; at most `clip`.
  public var on: Int32
  /// Below this it goes low again; 1 to `on`.
  public var off: Int32
  /// Reserved, zero.
  public var reserved: UInt32

  /// Memberwise.
  public init(b0: Int32, b1: Int32, r1: Int32, r2: Int32, clip: Int32, on: Int32, off: Int32) {
    self.b0 = b0
    self.b1 = b1
    self.r1 = r1
    self.r2 = r2
    self.clip = clip
    self.on = on
    self.off = off
    reserved = 0
  }
}
