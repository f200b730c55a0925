import DormouseAudio
import Foundation
import Synchronization

/// What a feed tells its session; set on the feed's thread, read on the session's.
final class FeedReport: Sendable {
  /// Times that sound was lost.
  let overruns = Atomic<Int>(0)
  /// No more sound will come.
  let hasEnded = Atomic<Bool>(false)
  /// What the user is to be told.
  let notices = LiveNotices()
  private let text = Mutex<(problem: String?, failure: String?)>((nil, nil))

  /// Why no sound comes in at the moment; nil while it does.
  var problem: String? {
    get { text.withLock { $0.problem } }
    set { text.withLock { $0.problem = newValue } }
  }

  /// Why the sound ended before its end.
  var failure: String? {
    get { text.withLock { $0.failure } }
    set { text.withLock { $0.failure = newValue } }
  }
}

/// A thread that fills a session's ring.
class SoundFeed: @unchecked Sendable {
  /// Samples at the model's rate: some seconds, so that a viewer that holds the session up costs nothing.
  let ring: SampleRing
  let sampleRate: Int
  let report = FeedReport()
  /// Signalled after each block.
  let filled = DispatchSemaphore(value: 0)
  private let stopping = Atomic<Bool>(false)
  private let finished = DispatchSemaphore(value: 0)

  /// Seconds that the ring holds.
  static let ringSeconds = 4

  init(sampleRate: Int) {
    self.sampleRate = sampleRate
    ring = SampleRing(capacity: SoundFeed.ringSeconds * sampleRate)
  }

  /// What is listened to, for messages.
  var name: String { "" }

  /// Whether sound comes in as it happens, so that its age means something.
  var isLive: Bool { true }

  /// Whether `stop` was called.
  var isStopping: Bool { stopping.load(ordering: .relaxed) }

  /// The thread's body: fills the ring until there is no more sound or `isStopping`.
  func run() {}

  /// Starts the thread.
  final func start() {
    let thread = Thread { [self] in
      run()
      report.hasEnded.store(true, ordering: .releasing)
      filled.signal()
      finished.signal()
    }
    thread.start()
    // For those who look at the program from outside. Takes effect on a running thread alone.
    thread.name = "sound"
  }

  /// Ends the thread. A device that doesn't answer keeps it; it ends with the program then.
  final func stop() {
    stopping.store(true, ordering: .relaxed)
    _ = finished.wait(timeout: .now() + 1)
  }
}
