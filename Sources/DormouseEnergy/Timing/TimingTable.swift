/// What each instruction costs on one core.
public protocol TimingTable: Sendable {
  /// The core.
  var core: Core { get }
  /// The documents that the numbers are from.
  var source: [String] { get }
  /// What the table was compared with, and how far it was off; nil if it was not validated.
  var validated: String? { get }
  /// Cycles of a run by stage.
  ///
  /// - Parameters:
  ///   - run: what was executed.
  ///   - memory: how long flash keeps the core waiting.
  /// - Throws: `CountingError` if the run holds an instruction that the core does not have.
  func cycles(_ run: CountedRun, memory: FlashTiming) throws(CountingError) -> [Stage: Double]
}
