import DormouseModel
import Foundation

/// How far parts may be off.
public struct Tolerances: Equatable, Sendable {
  /// Share by which a resistor may be off, either way, all values equally likely.
  public var resistors = 0.01
  /// The same of a capacitor.
  public var capacitors = 0.05
  /// Standard deviation of a comparator's offset, in volts; normally distributed.
  public var offset = 0.0

  /// One-per-cent resistors, five-per-cent capacitors, perfect comparators.
  public init() {}
}

extension AnalogBoard {
  /// A board as it may come out of a bag of parts. Equal seeds give equal boards.
  ///
  /// Thresholds that an offset takes outside the supply end just inside it: such a comparator never, or always, switches. A
  /// filter that its parts take beyond what samples can carry stays just below that.
  public func drawn(_ tolerances: Tolerances, seed: UInt64) -> AnalogBoard {
    var random = RandomSequence(seed: seed)
    func vary(_ value: inout Double, _ tolerance: Double) { value *= 1 + tolerance * (2 * random.uniform() - 1) }
    var board = self
    vary(&board.attackResistor, tolerances.resistors)
    vary(&board.decayResistor, tolerances.resistors)
    vary(&board.envelopeCapacitor, tolerances.capacitors)
    for index in board.channels.indices {
      vary(&board.channels[index].filterResistor, tolerances.resistors)
      vary(&board.channels[index].qualityResistor, tolerances.resistors)
      vary(&board.channels[index].inputResistor, tolerances.resistors)
      vary(&board.channels[index].feedbackResistor, tolerances.resistors)
      vary(&board.channels[index].dividerTop, tolerances.resistors)
      vary(&board.channels[index].dividerBottom, tolerances.resistors)
      vary(&board.channels[index].filterCapacitor, tolerances.capacitors)
      let excess = board.channels[index].centre / (0.49 * Double(sampleRate))
      if excess > 1 { board.channels[index].filterCapacitor *= excess * 1.001 }
      let reference = board.channels[index].share * supply
      let lowest = hysteresis + supply / 1000
      let threshold = min(max(reference + tolerances.offset * random.normal(), lowest), supply * 0.999)
      board.channels[index].offset = threshold - reference
    }
    return board
  }
}
