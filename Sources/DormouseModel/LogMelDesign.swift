import Dormouse
import Foundation

/// Computes the tables of a log-mel front end, in floating point, and writes its image section.
///
/// What the tables mean is defined at `LogMelRecord`.
public struct LogMelDesign {
  /// The settings that the section realises.
  public let settings: LogMelSettings
  /// A complete front-end section: record, window table, mel table; a multiple of 16 bytes.
  public let section: [UInt8]

  /// Designs the section for `settings`.
  ///
  /// - Throws: `LogMelSettings.Problem` if the settings are impossible.
  public init(_ settings: LogMelSettings) throws {
    try settings.check()
    self.settings = settings
    let window = settings.window
    let mel = try LogMelDesign.melTable(settings)
    let windowTable = MemoryLayout<LogMelRecord>.size
    let melTable = ImageFormat.aligned(windowTable + 4 * window)
    let emphasis = UInt32((settings.preEmphasis * 32768).rounded())
    // Pre-emphasis halves samples: their energy is two octaves less.
    let origin = emphasis == 0 ? settings.origin : settings.origin - 2
    let record = LogMelRecord(
      sampleRate: UInt32(settings.sampleRate), window: UInt16(window), hop: UInt16(settings.hop),
      fftLength: UInt16(settings.fftLength), bands: UInt16(settings.bands), lowFrequency: UInt32(settings.lowFrequency),
      highFrequency: UInt32(settings.highFrequency), origin: Int32((origin * 65536).rounded()),
      scale: LogMelDesign.multiplier(settings.stepsPerOctave / 65536), zeroPoint: Int32(settings.zeroPoint),
      windowTable: UInt32(windowTable), melTable: UInt32(melTable), melTableLength: UInt32(2 * mel.count),
      kind: emphasis == 0 ? LogMelRecord.logMel : LogMelRecord.emphasized, emphasis: emphasis)
    var bytes = withUnsafeBytes(of: record) { [UInt8]($0) }
    for n in 0..<window {
      let sine = sin(.pi * (Double(n) + 0.5) / Double(window))
      let raised = settings.pedestal + (1 - settings.pedestal) * sine * sine
      let coefficient = Int32((raised * Double(record.windowOne)).rounded())
      withUnsafeBytes(of: coefficient.littleEndian) { bytes += $0 }
    }
    bytes += [UInt8](repeating: 0, count: melTable - bytes.count)
    for word in mel { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
    bytes += [UInt8](repeating: 0, count: ImageFormat.aligned(bytes.count) - bytes.count)
    section = bytes
  }

  static func mel(_ frequency: Double) -> Double { 1127 * log(1 + frequency / 700) }

  /// First bin, bins a gap, weights.
  static func melTable(_ settings: LogMelSettings) throws -> [UInt16] {
    let low = mel(Double(settings.lowFrequency))
    let spacing = (mel(Double(settings.highFrequency)) - low) / Double(settings.bands + 1)
    var counts = [Int](repeating: 0, count: settings.bands + 1)
    var weights: [UInt16] = []
    var first = 0
    // Bin 0 and the bin at half the sample rate could only lie on the outermost edges, where weights are zero.
    for bin in 1..<settings.fftLength / 2 {
      let position = (mel(Double(bin) * Double(settings.sampleRate) / Double(settings.fftLength)) - low) / spacing
      guard position >= 0, position < Double(settings.bands + 1) else { continue }
      if first == 0 { first = bin }
      let gap = Int(position)
      counts[gap] += 1
      weights.append(UInt16(min(((position - Double(gap)) * 32768).rounded(), 32767)))
    }
    for band in 0..<settings.bands where counts[band] + counts[band + 1] == 0 {
      throw LogMelSettings.Problem.emptyBand(band: band, settings: settings)
    }
    return [UInt16(first)] + counts.map(UInt16.init) + weights
  }

  static func multiplier(_ factor: Double) -> QuantizedMultiplier {
    let shift = Int32(factor.exponent) + 1
    let mantissa = Int64((factor * exp2(Double(31 - shift))).rounded())
    return mantissa == 1 << 31
      ? QuantizedMultiplier(multiplier: 1 << 30, shift: shift + 1)
      : QuantizedMultiplier(multiplier: Int32(mantissa), shift: shift)
  }
}
