import Foundation

/// The clocks of a session, in seconds.
enum Clocks {
  /// Since 1970.
  static var wall: Double { seconds(CLOCK_REALTIME) }

  /// Never set back.
  static var steady: Double { seconds(CLOCK_MONOTONIC) }

  /// Processor time of all threads of the program.
  static var processor: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// Share of one core that the program takes, over about the last second.
struct CpuShare {
  private var time = Clocks.steady
  private var processor = Clocks.processor
  private(set) var share: Double = 0

  mutating func update() {
    let (now, spent) = (Clocks.steady, Clocks.processor)
    guard now - time >= 1 else { return }
    share = (spent - processor) / (now - time)
    (time, processor) = (now, spent)
  }
}
