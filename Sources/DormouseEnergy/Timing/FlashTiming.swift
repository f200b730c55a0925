/// How long code and constants in flash keep a core waiting.
public struct FlashTiming: Sendable, Codable, Equatable {
  /// Cycles that a read of flash takes longer than one of RAM, at the clock in question.
  public let waitStates: Int
  /// A cache for code and constants stands between core and flash.
  public let cache: Bool
  /// The next line is fetched while the core runs through this one.
  public let prefetch: Bool
  /// Bytes that one read of flash gives: 8, 16 or 32.
  public let lineBytes: Int

  /// - Parameters:
  ///   - waitStates: of the device at the clock in question.
  ///   - cache: whether there is a cache.
  ///   - prefetch: whether the next line is fetched ahead.
  ///   - lineBytes: 8, 16 or 32.
  public init(waitStates: Int, cache: Bool = false, prefetch: Bool = false, lineBytes: Int = 16) {
    self.waitStates = waitStates
    self.cache = cache
    self.prefetch = prefetch
    self.lineBytes = lineBytes
  }

  /// Memory as fast as the core.
  public static let none = FlashTiming(waitStates: 0)
}
