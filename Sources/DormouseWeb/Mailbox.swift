import Synchronization

/// What waits to be sent to one browser.
///
/// A browser that doesn't keep up never holds the session up: what waits is bounded, and the oldest pictures are dropped
/// first. Detections and notices are kept as long as there is room for them alone.
final class Mailbox: Sendable {
  private struct Letter {
    let text: [UInt8]
    let isPicture: Bool
  }

  private struct State {
    var letters: [Letter] = []
    var reader: CheckedContinuation<[UInt8]?, Never>?
    var isClosed = false
  }

  /// Letters that may wait: two seconds of updates.
  static let capacity = 50

  private let state = Mutex(State())

  /// Leaves a letter. Called on the session's thread; never waits for the browser.
  ///
  /// - Parameter isPicture: it may be dropped.
  func put(_ text: [UInt8], isPicture: Bool) {
    let reader = state.withLock { state -> CheckedContinuation<[UInt8]?, Never>? in
      guard !state.isClosed else { return nil }
      if let reader = state.reader {
        state.reader = nil
        return reader
      }
      if state.letters.count >= Mailbox.capacity {
        state.letters.remove(at: state.letters.firstIndex { $0.isPicture } ?? 0)
      }
      state.letters.append(Letter(text: text, isPicture: isPicture))
      return nil
    }
    reader?.resume(returning: text)
  }

  /// All letters that wait, in one; waits for the first. Nil once the box is closed and empty. One task calls this.
  func take() async -> [UInt8]? {
    await withCheckedContinuation { reader in
      let answer = state.withLock { state -> [UInt8]?? in
        guard !state.letters.isEmpty else {
          if state.isClosed { return .some(nil) }
          state.reader = reader
          return nil
        }
        defer { state.letters.removeAll(keepingCapacity: true) }
        return .some(state.letters.flatMap(\.text))
      }
      if let answer { reader.resume(returning: answer) }
    }
  }

  /// Takes no more letters, so that `take` ends after those that wait.
  func close() {
    let reader = state.withLock { state -> CheckedContinuation<[UInt8]?, Never>? in
      state.isClosed = true
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(returning: nil)
  }
}
