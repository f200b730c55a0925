import Foundation

extension AnalogBinarySettings {
  /// What one channel does.
  public struct Channel: Equatable, Sendable {
    /// Hz.
    public var centre: Double
    /// Centre over bandwidth.
    public var quality: Double
    /// Of the rectifier.
    public var gain: Double
    /// Volts.
    public var threshold: Double

    /// Memberwise.
    public init(centre: Double, quality: Double, gain: Double, threshold: Double) {
      self.centre = centre
      self.quality = quality
      self.gain = gain
      self.threshold = threshold
    }
  }

  /// The channels, with defaults where nothing is given.
  ///
  /// - Precondition: lists have `channels` values, as `check` demands.
  public var bank: [Channel] {
    let standard = AnalogBinarySettings.standardBank(channels, low: lowFrequency, high: highFrequency)
    return (0..<channels).map { index in
      let centre = centres?[index] ?? standard[index].centre
      let quality = qualities?[index] ?? standardQuality(index, standard)
      let level = AnalogBinarySettings.speechLevel(centre: centre, quality: quality) * fullScale
      let gain = gains?[index] ?? min((thresholds?[index] ?? supply / 4) / level, 100)
      return Channel(
        centre: centre, quality: quality, gain: gain, threshold: thresholds?[index] ?? min(gain * level, supply / 2))
    }
  }

  /// Share of full scale that the envelope of a loud recording of speech exceeds for about a fifth of the time: by
  /// measurement it grows with the square root of the bandwidth, and falls with frequency above 300 Hz.
  private static func speechLevel(centre: Double, quality: Double) -> Double {
    0.05 * (centre / quality / 270).squareRoot() * pow(300 / max(centre, 300), 0.9)
  }

  /// The inverse of `LogMelDesign.mel`.
  private static func frequency(mel: Double) -> Double { 700 * (exp(mel / 1127) - 1) }

  /// Centres that divide the mel scale from `low` to `high` into `count + 1` equal parts, and the Q at which two
  /// neighbours cross at half power.
  private static func standardBank(_ count: Int, low: Double, high: Double) -> [(centre: Double, quality: Double)] {
    let bottom = LogMelDesign.mel(low)
    let spacing = (LogMelDesign.mel(high) - bottom) / Double(count + 1)
    return (1...count).map { channel in
      let around = (-1...1).map { frequency(mel: bottom + spacing * Double(channel + $0)) }
      return (around[1], 2 * around[1] / (around[2] - around[0]))
    }
  }

  /// The same rule for given centres, and the standard one elsewhere.
  private func standardQuality(_ index: Int, _ standard: [(centre: Double, quality: Double)]) -> Double {
    guard let centres, centres.count > 1 else { return standard[index].quality }
    let below = index == 0 ? centres[1] - centres[0] : centres[index] - centres[index - 1]
    let above = index == centres.count - 1 ? below : centres[index + 1] - centres[index]
    return 2 * centres[index] / (below + above)
  }
}
