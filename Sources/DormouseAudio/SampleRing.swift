import Synchronization

/// Hands samples from one thread to one other without locks and without allocating.
///
/// Exactly one thread writes and exactly one reads. What doesn't fit is not written: a microphone can't wait, so its reader
/// counts the loss and goes on. With the samples goes the moment at which they were captured, so that whoever shows a
/// result can say how old it is.
public final class SampleRing: @unchecked Sendable {
  private let memory: UnsafeMutablePointer<Int16>
  private let mask: Int
  /// Samples ever written and ever read; both only grow.
  private let written = Atomic<Int>(0)
  private let taken = Atomic<Int>(0)
  /// Odd while the stamp below is being changed.
  private let stampTurn = Atomic<Int>(0)
  private let stampCount = Atomic<Int>(0)
  private let stampTime = Atomic<UInt64>(0)

  /// An empty ring for at least `capacity` samples.
  public init(capacity: Int) {
    var size = 1
    while size < capacity { size *= 2 }
    memory = .allocate(capacity: size)
    memory.initialize(repeating: 0, count: size)
    mask = size - 1
  }

  deinit { memory.deallocate() }

  /// Samples that fit.
  public var capacity: Int { mask + 1 }

  /// Samples that wait to be read.
  public var count: Int { written.load(ordering: .acquiring) - taken.load(ordering: .acquiring) }

  /// The writer's: appends as many of `count` samples as fit; returns how many.
  ///
  /// - Parameter time: seconds since 1970 at which the last of the `count` samples was captured.
  public func write(_ samples: UnsafePointer<Int16>, count: Int, capturedAt time: Double) -> Int {
    let end = written.load(ordering: .relaxed)
    let fitting = min(count, capacity - (end - taken.load(ordering: .acquiring)))
    guard fitting > 0 else { return 0 }
    let first = min(fitting, capacity - (end & mask))
    (memory + (end & mask)).update(from: samples, count: first)
    memory.update(from: samples + first, count: fitting - first)
    stampTurn.wrappingAdd(1, ordering: .acquiringAndReleasing)
    stampCount.store(end + fitting, ordering: .relaxed)
    stampTime.store(time.bitPattern, ordering: .relaxed)
    stampTurn.wrappingAdd(1, ordering: .acquiringAndReleasing)
    written.store(end + fitting, ordering: .releasing)
    return fitting
  }

  /// The reader's: moves as many waiting samples as fit to the front of `samples`; returns how many.
  public func read(into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
    let start = taken.load(ordering: .relaxed)
    let count = min(samples.count, written.load(ordering: .acquiring) - start)
    guard count > 0, let target = samples.baseAddress else { return 0 }
    let first = min(count, capacity - (start & mask))
    target.update(from: memory + (start & mask), count: first)
    (target + first).update(from: memory, count: count - first)
    taken.store(start + count, ordering: .releasing)
    return count
  }

  /// The reader's: seconds since 1970 at which the sample that was read last was captured.
  public func captureTime(sampleRate: Int) -> Double {
    while true {
      let turn = stampTurn.load(ordering: .acquiring)
      let count = stampCount.load(ordering: .relaxed)
      let time = Double(bitPattern: stampTime.load(ordering: .relaxed))
      atomicMemoryFence(ordering: .acquiring)
      guard turn & 1 == 0, stampTurn.load(ordering: .relaxed) == turn else { continue }
      return time - Double(count - taken.load(ordering: .relaxed)) / Double(sampleRate)
    }
  }
}
