import Dormouse
import Foundation

/// Computes the filters of an analog-binary front end, in floating point, and writes its image section.
///
/// What the values mean is defined at `AnalogBinaryRecord`.
public struct AnalogBinaryDesign {
  /// The settings that the section realises.
  public let settings: AnalogBinarySettings
  /// What each channel computes.
  public let channels: [AnalogChannelRecord]
  /// A complete front-end section: record, channel records; a multiple of 16 bytes.
  public let section: [UInt8]

  /// Designs the section for `settings`.
  ///
  /// - Throws: `AnalogBinarySettings.Problem` if the settings are impossible.
  public init(_ settings: AnalogBinarySettings) throws {
    try settings.check()
    self.settings = settings
    channels = settings.bank.map { AnalogBinaryDesign.record($0, settings) }
    let head = MemoryLayout<AnalogBinaryRecord>.size
    let record = AnalogBinaryRecord(
      sampleRate: UInt32(settings.sampleRate), channels: UInt16(settings.channels), window: UInt16(settings.window),
      attack: AnalogBinaryDesign.share(settings.attackMilliseconds, settings),
      decay: AnalogBinaryDesign.share(settings.decayMilliseconds, settings), channelTable: UInt32(head))
    var bytes = withUnsafeBytes(of: record) { [UInt8]($0) }
    for channel in channels { withUnsafeBytes(of: channel) { bytes += $0 } }
    section = bytes
  }

  /// Steps of full scale that a volt at a filter's output is.
  ///
  /// An envelope in volts is the device's level, divided by this, times the channel's gain.
  public static func stepsPerVolt(_ settings: AnalogBinarySettings) -> Double { exp2(29) / settings.fullScale }

  /// Share of the way that a time constant leaves behind in a sample, Q31.
  private static func share(_ milliseconds: Double, _ settings: AnalogBinarySettings) -> Int32 {
    let share = -expm1(-1000 / (milliseconds * Double(settings.sampleRate)))
    return Int32(min(max((share * exp2(31)).rounded(), 1), Double(Int32.max)))
  }

  private static func record(
    _ channel: AnalogBinarySettings.Channel, _ settings: AnalogBinarySettings
  ) -> AnalogChannelRecord {
    let filter = BandPass(centre: channel.centre, quality: channel.quality, sampleRate: Double(settings.sampleRate))
    func coefficient(_ value: Double) -> Int32 { Int32((value * exp2(30)).rounded()) }
    let scale = stepsPerVolt(settings) / channel.gain
    func level(_ volts: Double) -> Int32 { Int32(min(max((volts * scale).rounded(), 1), exp2(30))) }
    return AnalogChannelRecord(
      b0: coefficient(filter.b0), b1: coefficient(filter.b1), r1: coefficient(-filter.a1), r2: coefficient(-filter.a2),
      clip: level(settings.supply), on: level(channel.threshold), off: level(channel.threshold - settings.hysteresis))
  }
}

/// A digital filter that follows the analog band-pass `H(s) = s w / Q / (s^2 + s w / Q + w^2)`.
///
/// `y = b0 (x - x'') + b1 (x' - x'') - a1 y' - a2 y''`. Its poles are those of the analog filter (impulse invariance); its
/// zeros are chosen so that it is 0 at 0 Hz, 1 with a flat top at the centre, and as the analog one in between, where the
/// bilinear transform would squeeze everything below Nyquist (M. Vicanek, "Matched Second Order Digital Filters", 2016).
struct BandPass {
  let b0: Double
  let b1: Double
  let a1: Double
  let a2: Double

  /// - Parameter centre: Hz, below half of `sampleRate`.
  init(centre: Double, quality: Double, sampleRate: Double) {
    let angle = 2 * .pi * centre / sampleRate
    let damping = 1 / (2 * quality)
    let turn =
      damping <= 1
      ? cos((1 - damping * damping).squareRoot() * angle) : cosh((damping * damping - 1).squareRoot() * angle)
    a1 = -2 * exp(-damping * angle) * turn
    a2 = exp(-2 * damping * angle)
    // |A|^2 = A0 p0 + A1 p1 + A2 p2 with p1 = sin^2(angle / 2), and its slope; the numerator B is to have the same at the
    // centre, and B0 = 0.
    let p1 = sin(angle / 2) * sin(angle / 2)
    let p0 = 1 - p1
    let (square0, square1, square2) = ((1 + a1 + a2) * (1 + a1 + a2), (1 - a1 + a2) * (1 - a1 + a2), -4 * a2)
    let value = square0 * p0 + square1 * p1 + square2 * 4 * p0 * p1
    let slope = -square0 + square1 + 4 * (p0 - p1) * square2
    let second = max((value - slope * p1) / (4 * p1 * p1), 0)
    let first = max(slope + 4 * (p1 - p0) * second, 0)
    let odd = -0.5 * first.squareRoot()
    b1 = odd
    b0 = 0.5 * ((second + odd * odd).squareRoot() - odd)
  }
}
