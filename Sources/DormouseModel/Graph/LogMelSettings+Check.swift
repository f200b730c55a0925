extension LogMelSettings {
  /// Why a front end can't be built as asked, and what to change.
  public struct Problem: Error, CustomStringConvertible, Equatable {
    /// One sentence.
    public let description: String

    init(_ description: String) { self.description = description }

    static func emptyBand(band: Int, settings: LogMelSettings) -> Problem {
      Problem(
        "front-end settings: band \(band) of \(settings.bands) holds no FFT bin "
          + "(\(settings.sampleRate) Hz / \(settings.fftLength)); ask for fewer bands, a longer FFT or a wider range")
    }
  }

  /// Refuses settings that no front end can realise.
  func check() throws {
    func require(_ rule: Bool, _ text: @autoclosure () -> String) throws {
      if !rule { throw Problem("front-end settings: " + text()) }
    }
    try require(
      sampleRate == 8000 || sampleRate == 16000, "sample_rate is \(sampleRate) Hz; it must be 8000 or 16000")
    try require([256, 512, 1024].contains(fftLength), "fft is \(fftLength); it must be 256, 512 or 1024")
    try require(
      (1...1000).contains(windowMilliseconds) && window <= fftLength,
      "window_ms is \(windowMilliseconds), \(sampleRate / 1000) samples each; the window must hold 1 to fft = \(fftLength) samples"
    )
    try require(
      (1...windowMilliseconds).contains(hopMilliseconds),
      "hop_ms is \(hopMilliseconds); it must be 1 to window_ms = \(windowMilliseconds)")
    try require((10...80).contains(bands), "bands is \(bands); it must be 10 to 80")
    try require(
      lowFrequency >= 0 && lowFrequency < highFrequency,
      "low_hz is \(lowFrequency) and high_hz is \(highFrequency); low_hz must be 0 or more and below high_hz")
    try require(
      highFrequency <= sampleRate / 2,
      "high_hz is \(highFrequency); it must not exceed half of sample_rate, \(sampleRate / 2)")
    try require((-64.0...64.0).contains(origin), "origin is \(origin) octaves; it must be -64 to 64")
    try require(
      (0.001...1000).contains(stepsPerOctave), "steps_per_octave is \(stepsPerOctave); it must be 0.001 to 1000")
    try require((0...1).contains(preEmphasis), "pre_emphasis is \(preEmphasis); it must be 0 to 1")
    try require((0...1).contains(pedestal), "pedestal is \(pedestal); it must be 0 to 1")
    try require((-128...127).contains(zeroPoint), "zero_point is \(zeroPoint); it must be -128 to 127")
  }
}
