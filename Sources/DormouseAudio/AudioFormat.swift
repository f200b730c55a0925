/// Sample rate and channel count of a recording.
public struct AudioFormat: Equatable, Sendable, CustomStringConvertible {
  /// Hz.
  public var sampleRate: Int
  /// Interleaved channels.
  public var channels: Int

  /// Rates that real recorders produce; the resampler's quality and its memory are only known in this range.
  public static let sampleRates = 2000...384_000
  /// Channel counts that are mixed down.
  public static let channelCounts = 1...64

  /// Memberwise.
  public init(sampleRate: Int, channels: Int) {
    self.sampleRate = sampleRate
    self.channels = channels
  }

  /// Such as "44100 Hz, 2 channels".
  public var description: String { "\(sampleRate) Hz, \(channels) channel\(channels == 1 ? "" : "s")" }

  /// - Throws: that the rate or the channel count lies outside what can be converted.
  func check(of name: String) throws(AudioError) {
    guard AudioFormat.channelCounts.contains(channels) else {
      throw AudioError(
        name,
        "\(channels) channels; \(AudioFormat.channelCounts.lowerBound) to "
          + "\(AudioFormat.channelCounts.upperBound) can be mixed down")
    }
    guard AudioFormat.sampleRates.contains(sampleRate) else {
      throw AudioError(
        name,
        "a sample rate of \(sampleRate) Hz; \(AudioFormat.sampleRates.lowerBound) to "
          + "\(AudioFormat.sampleRates.upperBound) Hz can be converted")
    }
  }
}
