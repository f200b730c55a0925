/// Race to sleep against slow and steady: the power at every clock that a device has.
public enum ClockSearch {
  /// One clock.
  public struct Choice: Sendable, Equatable {
    /// Megahertz.
    public let clock: Double
    /// Average power in watts.
    public let watts: Double
    /// Share of the time in which the core runs.
    public let load: Double
    /// Share of the hops that are lost.
    public let missed: Double
  }

  /// The clock of least power among those that lose nothing; nil if all do.
  public static func best(_ choices: [Choice]) -> Choice? {
    choices.filter { $0.missed == 0 && $0.load <= 1 }.min { $0.watts < $1.watts }
  }
}
