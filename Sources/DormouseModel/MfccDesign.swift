import Dormouse
import Foundation

/// Computes the tables of an MFCC front end and writes its image section.
///
/// What the tables mean is defined at `CepstrumRecord` and `LogMelRecord`.
public struct MfccDesign {
  /// The settings that the section realises.
  public let settings: MfccSettings
  /// A complete front-end section: record, window table, mel table, cosines; a multiple of 16 bytes.
  public let section: [UInt8]

  /// Designs the section for `settings`.
  ///
  /// - Throws: `LogMelSettings.Problem` if the settings are impossible.
  public init(_ settings: MfccSettings) throws {
    try settings.check()
    self.settings = settings
    let window = settings.spectrum.window
    let mel = try LogMelDesign.melTable(settings.spectrum)
    let windowTable = MemoryLayout<LogMelRecord>.size
    let melTable = ImageFormat.aligned(windowTable + 4 * window)
    let extraTable = ImageFormat.aligned(melTable + 2 * mel.count)
    // ln of a band is log2 times ln 2; the orthonormal DCT multiplies with sqrt(2 / bands).
    let step = log(2) / 65536 * (2 / Double(settings.bands)).squareRoot() / settings.scale
    func record(origin: Double) -> LogMelRecord {
      LogMelRecord(
        sampleRate: UInt32(settings.sampleRate), window: UInt16(window), hop: UInt16(settings.spectrum.hop),
        fftLength: UInt16(settings.fftLength), bands: UInt16(settings.bands),
        lowFrequency: UInt32(settings.lowFrequency), highFrequency: UInt32(settings.highFrequency),
        origin: Int32((origin * 65536).rounded()), scale: LogMelDesign.multiplier(step),
        zeroPoint: Int32(settings.zeroPoint), windowTable: UInt32(windowTable), melTable: UInt32(melTable),
        melTableLength: UInt32(2 * mel.count), kind: LogMelRecord.mfcc, extraTable: UInt32(extraTable),
        coefficients: UInt32(settings.coefficients))
    }
    // A band of 1 in the units of the weighted sums.
    let one = Double(settings.fullScale) * exp2(Double(record(origin: 0).spectrumFraction) + 15)
    let complete = record(origin: log2(one))
    var section = ByteBuilder()
    section.append(complete)
    for n in 0..<window {
      let sine = sin(.pi * Double(n) / Double(window))
      section.append(Int32((sine * sine * Double(complete.windowOne)).rounded()))
    }
    section.align()
    for word in mel { section.append(word) }
    section.align()
    section.append(CepstrumRecord(floor: UInt32((1e-6 * one).rounded())))
    for k in 0..<settings.coefficients {
      for band in 0..<settings.bands {
        let cosine = cos(.pi * Double(k) * (Double(band) + 0.5) / Double(settings.bands))
        section.append(Int16((cosine * 16384).rounded()))
      }
    }
    section.align()
    self.section = section.bytes
  }
}
