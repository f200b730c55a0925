import DormouseLive
import Foundation

/// Ends a session at Ctrl-C or `kill`, so that it can say what it heard. Another one, a second later,
/// ends the program: a terminal may send the first twice.
final class Stopper {
  private let sources: [any DispatchSourceSignal]

  init(_ session: LiveSession) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        session.stop()
        DispatchQueue.global().asyncAfter(deadline: .now() + 1) { signal(number, SIG_DFL) }
      }
      source.resume()
      return source
    }
    // A reader of standard output that goes away is noticed when something is written.
    signal(SIGPIPE, SIG_IGN)
  }

  func cancel() {
    for source in sources { source.cancel() }
  }
}
