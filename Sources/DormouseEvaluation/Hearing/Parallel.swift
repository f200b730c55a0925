import Dispatch
import Synchronization

/// Runs independent pieces of work on several threads; the result does not depend on how many.
enum Parallel {
  /// The results of `count` pieces, in order.
  ///
  /// - Parameters:
  ///   - jobs: threads at most.
  ///   - worker: makes what one thread works with; a piece is named by its index.
  ///   - progress: called by one thread at a time, with how many pieces are done.
  static func map<Result: Sendable>(
    count: Int, jobs: Int, worker: @Sendable () -> (Int) -> Result, progress: @Sendable (Int) -> Void = { _ in }
  ) -> [Result] {
    let state = Mutex((next: 0, done: 0, results: [Result?](repeating: nil, count: count)))
    DispatchQueue.concurrentPerform(iterations: max(1, min(jobs, count))) { _ in
      let work = worker()
      while true {
        let piece = state.withLock { state in
          defer { state.next += 1 }
          return state.next
        }
        guard piece < count else { return }
        let result = work(piece)
        state.withLock { state in
          state.results[piece] = result
          state.done += 1
          progress(state.done)
        }
      }
    }
    return state.withLock { $0.results.map { $0! } }
  }
}
