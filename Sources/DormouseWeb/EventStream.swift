import FlyingSocks

/// The body of a response that goes on as long as its browser listens: what is put into a mailbox.
struct EventStream: AsyncBufferedSequence {
  typealias Element = UInt8

  /// Tells that the browser has gone: it goes with the last copy of the stream.
  fileprivate final class Visit: Sendable {
    let mailbox: Mailbox
    let leave: @Sendable () -> Void

    init(_ mailbox: Mailbox, leave: @escaping @Sendable () -> Void) {
      self.mailbox = mailbox
      self.leave = leave
    }

    deinit { leave() }
  }

  private let visit: Visit

  /// - Parameter leave: called when nobody reads any more.
  init(_ mailbox: Mailbox, leave: @escaping @Sendable () -> Void) { visit = Visit(mailbox, leave: leave) }

  func makeAsyncIterator() -> Iterator { Iterator(visit: visit) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    fileprivate let visit: Visit

    mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

    /// One letter or several, whatever their length.
    mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? { await visit.mailbox.take() }
  }
}
