import Foundation

extension AnalogBinarySettings {
  /// Ticks a second of the timer that stamps comparator edges.
  public static let timestampRate = 32768.0

  /// Refuses settings that no front end can realise.
  public func check() throws {
    try require(
      sampleRate == 8000 || sampleRate == 16000, "sample_rate is \(sampleRate) Hz; it must be 8000 or 16000")
    try require(
      windowMilliseconds == 10 || windowMilliseconds == 25, "window_ms is \(windowMilliseconds); it must be 10 or 25")
    try require([8, 16, 32, 64].contains(channels), "channels is \(channels); it must be 8, 16, 32 or 64")
    for (key, list) in [("centre_hz", centres), ("q", qualities), ("gain", gains), ("threshold_v", thresholds)] {
      guard let list else { continue }
      try require(
        list.count == channels, "\(key) has \(list.count) values for \(channels) channels; give one a channel")
    }
    if let centres, qualities == nil {
      try require(
        zip(centres, centres.dropFirst()).allSatisfy(<),
        "centre_hz does not rise from channel to channel; give q as well")
    }
    try require(
      lowFrequency >= 0 && lowFrequency < highFrequency && highFrequency <= Double(sampleRate) / 2,
      "low_hz is \(lowFrequency) and high_hz is \(highFrequency); needed: 0 <= low_hz < high_hz <= half of sample_rate, "
        + "\(sampleRate / 2)")
    try require(
      (0.01...100).contains(attackMilliseconds), "attack_ms is \(attackMilliseconds); it must be 0.01 to 100")
    try require(
      (attackMilliseconds...1000).contains(decayMilliseconds),
      "decay_ms is \(decayMilliseconds); it must be attack_ms = \(attackMilliseconds) to 1000")
    try require((0.5...50).contains(supply), "supply_v is \(supply); it must be 0.5 to 50")
    try require((0.001...50).contains(fullScale), "full_scale_v is \(fullScale); it must be 0.001 to 50")
    try require(hysteresis >= 0 && hysteresis.isFinite, "hysteresis_v is \(hysteresis); it must be 0 or more")
    for (index, channel) in bank.enumerated() { try check(channel, "channel \(index)") }
  }

  private func check(_ channel: Channel, _ name: String) throws {
    let (centre, quality) = (channel.centre, channel.quality)
    try require(centre >= 20 && centre.isFinite, "\(name): centre_hz is \(centre); it must be 20 or more")
    try require(
      centre <= 0.49 * Double(sampleRate),
      "\(name): its centre, \(centre) Hz, is not below Nyquist, half of sample_rate = \(sampleRate); lower it")
    try require(
      quality > 0 && quality.isFinite,
      "\(name): q is \(quality): such a filter has poles on or right of the imaginary axis and never settles (it is "
        + "unstable); q must be above 0")
    try require(quality >= 0.3, "\(name): q is \(quality); it must be 0.3 or more, or the filter passes everything")
    let loss = .pi * centre / (quality * AnalogBinarySettings.timestampRate)
    try require(
      loss >= 1 / 4096,
      "\(name): q is \(quality), too high for the timestamp: at \(centre) Hz it rings for "
        + "\(Int((1000 * quality / (.pi * centre)).rounded())) ms and changes by less than 1/4096 in a tick of 1/32768 s; "
        + "q must be at most \(Int(.pi * centre * 4096 / AnalogBinarySettings.timestampRate))")
    try require(
      channel.threshold > 0 && channel.threshold < supply,
      "\(name): threshold_v is \(channel.threshold), outside the supply of 0 to \(supply) V; no divider gives it")
    try require(
      channel.threshold > hysteresis,
      "\(name): threshold_v is \(channel.threshold) with a hysteresis of \(hysteresis) V: it would never go low again")
    try require(
      (0.01...10_000).contains(channel.gain), "\(name): gain is \(channel.gain); it must be 0.01 to 10000")
    try require(
      channel.threshold / (channel.gain * fullScale) <= 2,
      "\(name): threshold_v is \(channel.threshold), which no sound reaches: full scale is \(fullScale) V times a gain of "
        + "\(channel.gain); raise the gain or lower the threshold")
  }

  private func require(_ rule: Bool, _ text: @autoclosure () -> String) throws {
    if !rule { throw Problem("front-end settings: " + text()) }
  }
}
