import Foundation

/// How much of each frequency a channel's filter lets through: `H(s) = s w / Q / (s^2 + s w / Q + w^2)`.
public struct FrequencyResponse: Sendable {
  /// Hz.
  public let frequencies: [Double]

  /// - Parameter count: frequencies, from `low` to `high` at equal ratios.
  public init(from low: Double, to high: Double, count: Int) {
    frequencies = (0..<count).map { low * pow(high / low, Double($0) / Double(max(count - 1, 1))) }
  }

  /// Decibels at each frequency; 0 at the centre.
  public func decibels(_ channel: AnalogBoard.Channel) -> [Double] {
    frequencies.map { frequency in
      let detuning = channel.quality * (frequency / channel.centre - channel.centre / frequency)
      return -10 * log10(1 + detuning * detuning)
    }
  }
}
