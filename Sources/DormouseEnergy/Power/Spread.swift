import DormouseAnalog
import DormouseModel

/// Draws every figure from its range: below the typical value as often as above, evenly on both sides.
public struct RandomFigures: FigurePicker {
  private var random: RandomSequence

  /// Equal seeds draw equal figures.
  public init(seed: UInt64) { random = RandomSequence(seed: seed) }

  /// A value of the figure's range.
  public mutating func pick(_ figure: Figure) -> Double { figure.value(at: random.uniform()) }
}

/// How far apart results of random draws lie.
public struct Spread: Sendable, Equatable, Codable {
  /// A tenth of the draws lie below.
  public let low: Double
  /// Half of the draws lie below.
  public let median: Double
  /// A tenth of the draws lie above.
  public let high: Double

  /// Of at least one value.
  public init(_ values: [Double]) {
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double { sorted[Int((Double(sorted.count - 1) * share).rounded())] }
    low = quantile(0.1)
    median = quantile(0.5)
    high = quantile(0.9)
  }
}
