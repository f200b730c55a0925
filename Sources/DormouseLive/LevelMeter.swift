import Foundation

/// Loudness between two updates.
struct LevelMeter {
  private var largest: UInt16 = 0
  private var squares: Double = 0
  private var count = 0

  mutating func add(_ samples: UnsafeBufferPointer<Int16>) {
    var sum: UInt64 = 0
    for sample in samples {
      let size = sample.magnitude
      largest = max(largest, size)
      sum &+= UInt64(size) &* UInt64(size)
    }
    squares += Double(sum)
    count += samples.count
  }

  /// The level since the last call.
  mutating func take() -> LiveUpdate.Level {
    defer { self = LevelMeter() }
    guard count > 0 else { return .silence }
    return LiveUpdate.Level(
      peak: LevelMeter.decibels(Double(largest) / 32768),
      rms: LevelMeter.decibels((squares / Double(count)).squareRoot() / 32768))
  }

  private static func decibels(_ share: Double) -> Double { max(-120, 20 * log10(max(share, 1e-6))) }
}
