import Synchronization

/// Lines for the user, from whatever thread they come, until the next update takes them along.
public final class LiveNotices: Sendable {
  private struct State {
    var lines: [String] = []
    var told: Set<String> = []
  }

  private let state = Mutex(State())

  /// None so far.
  public init() {}

  /// Leaves a line.
  public func tell(_ line: String) { state.withLock { $0.lines.append(line) } }

  /// Leaves a line, unless one with the same `matter` was left before: what goes wrong again and again is told once.
  public func tellOnce(_ matter: String, _ line: String) {
    state.withLock { state in
      if state.told.insert(matter).inserted { state.lines.append(line) }
    }
  }

  /// The lines that were left since the last call.
  func take() -> [String] {
    state.withLock { state in
      defer { state.lines = [] }
      return state.lines
    }
  }
}
