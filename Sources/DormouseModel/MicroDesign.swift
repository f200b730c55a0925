import Dormouse
import Foundation

/// Computes the tables of a micro front end and writes its image section.
///
/// What the tables mean is defined at `MicroRecord` and `LogMelRecord`. The models were trained with tables computed in
/// single precision; so are these, operation by operation.
public struct MicroDesign {
  /// The settings that the section realises.
  public let settings: MicroSettings
  /// A complete front-end section: record, window table, mel table, tables of its own; a multiple of 16 bytes.
  public let section: [UInt8]

  /// Points of the transform.
  static let fftLength = 512

  /// Designs the section for `settings`.
  ///
  /// - Throws: `LogMelSettings.Problem` if the settings are impossible.
  public init(_ settings: MicroSettings) throws {
    try settings.check()
    self.settings = settings
    let mel = try MicroDesign.melTable(settings)
    let windowTable = MemoryLayout<LogMelRecord>.size
    let melTable = ImageFormat.aligned(windowTable + 2 * settings.window)
    let extraTable = ImageFormat.aligned(melTable + 2 * mel.count)
    var section = ByteBuilder()
    section.append(
      LogMelRecord(
        sampleRate: UInt32(settings.sampleRate), window: UInt16(settings.window), hop: UInt16(settings.hop),
        fftLength: UInt16(MicroDesign.fftLength), bands: UInt16(settings.bands),
        lowFrequency: UInt32(settings.lowFrequency), highFrequency: UInt32(settings.highFrequency),
        origin: Int32(settings.origin), scale: LogMelDesign.multiplier(settings.stepsPerLevel),
        zeroPoint: Int32(settings.zeroPoint), windowTable: UInt32(windowTable), melTable: UInt32(melTable),
        melTableLength: UInt32(2 * mel.count), kind: LogMelRecord.micro, extraTable: UInt32(extraTable)))
    for coefficient in MicroDesign.window(settings.window) { section.append(coefficient) }
    section.align()
    for word in mel { section.append(word) }
    section.align()
    section.append(
      MicroRecord(
        evenSmoothing: MicroDesign.share(0.025), oddSmoothing: MicroDesign.share(0.06),
        remaining: MicroDesign.share(0.05)))
    for turn in MicroDesign.turns { section.append(turn) }
    for logarithm in MicroDesign.logarithms { section.append(logarithm) }
    for gain in MicroDesign.gains { section.append(gain) }
    section.align()
    self.section = section.bytes
  }

  /// Q14, rounded down.
  private static func share(_ part: Float) -> UInt16 { UInt16(part * 16384) }

  /// `sin^2(pi (n + 1/2) / count)`, Q12.
  private static func window(_ count: Int) -> [Int16] {
    // `Float.pi` is rounded towards zero, which is not what C has.
    let step = Float(Double.pi) * 2 / Float(count)
    return (0..<count).map { n in
      let value = 0.5 - (0.5 * cos(step * (Float(n) + 0.5)))
      return Int16((value * 4096 + 0.5).rounded(.down))
    }
  }

  private static func mel(_ frequency: Float) -> Float { 1127 * log1p(frequency / 700) }

  /// First bin, bins a gap, weights in Q12. A bin on an edge belongs to the gap below.
  private static func melTable(_ settings: MicroSettings) throws -> [UInt16] {
    let low = mel(Float(settings.lowFrequency))
    let spacing = (mel(Float(settings.highFrequency)) - low) / Float(settings.bands + 1)
    let hertz = 0.5 * Float(settings.sampleRate) / Float(fftLength / 2)
    // Without the constant part.
    let first = Int(1.5 + Float(settings.lowFrequency) / hertz)
    var bin = first
    var counts: [Int] = []
    var weights: [UInt16] = []
    var edge = low
    for gap in 0...settings.bands {
      let next = low + spacing * Float(gap + 1)
      let start = bin
      while mel(Float(bin) * hertz) <= next {
        let falling = (next - mel(Float(bin) * hertz)) / (next - edge)
        weights.append(UInt16(((1 - falling) * 4096 + 0.5).rounded(.down)))
        bin += 1
      }
      counts.append(bin - start)
      edge = next
    }
    for band in 0..<settings.bands where counts[band] + counts[band + 1] == 0 {
      var narrow = LogMelSettings()
      narrow.bands = settings.bands
      narrow.sampleRate = settings.sampleRate
      throw LogMelSettings.Problem.emptyBand(band: band, settings: narrow)
    }
    return [UInt16(first)] + counts.map(UInt16.init) + weights
  }

  /// `exp(-2 pi i n / 512)` times 32767; the entry past the last is not used.
  private static let turns: [UInt32] = (0..<380).map { n in
    let angle = -2 * Double.pi * Double(n) / Double(fftLength)
    func part(_ value: Double) -> UInt32 { UInt32(UInt16(bitPattern: Int16((0.5 + 32767 * value).rounded(.down)))) }
    return part(cos(angle)) | part(sin(angle)) << 16
  }

  /// What `log2(1 + n / 128)` exceeds `n / 128` by, Q16; the entry past the last is not used.
  private static let logarithms: [UInt16] = (0..<130).map { n in
    let x = min(Double(n) / 128, 1)
    return UInt16(((log2(1 + x) - x) * 65536).rounded())
  }

  /// Gains: `2^21 (noise + 80)^-0.95`, where the noise is Q7, at most 32767.
  private static func gain(_ noise: UInt32) -> Int32 {
    let value = 2_097_152 * powf(Float(noise) / 128 + 80, -0.95)
    return value > 32767 ? 32767 : Int32(value + 0.5)
  }

  /// In the piece from `2^(k - 1)` to `2^k`, the parabola through its ends and its middle.
  private static let gains: [Int16] = {
    var table = [Int16(gain(0)), Int16(gain(1))]
    for bits in 2...32 {
      let start = UInt32(1) << (bits - 1)
      let end = bits == 32 ? UInt32.max : 2 * start
      let base = gain(start)
      let (middle, last) = (gain(start + start / 2) - base, gain(end) - base)
      let slope = 4 * middle - last
      table += [Int16(base), Int16(truncatingIfNeeded: slope), Int16(truncatingIfNeeded: last - slope), 0]
    }
    return table
  }()
}
