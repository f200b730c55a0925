import FlyingSocks
import Glibc

/// Waits for sockets, but not for ever: a browser that falls silent in the middle of a request, or that takes nothing of
/// what it asked for, loses its connection.
struct PatientPool<Base: AsyncSocketPool>: AsyncSocketPool {
  let base: Base
  /// For the next request, or the rest of one.
  var reading = Duration.seconds(30)
  /// For room to write.
  var writing = Duration.seconds(10)

  func prepare() async throws { try await base.prepare() }

  func run() async throws { try await base.run() }

  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    // The socket that waits for connections has all the time in the world.
    if socket.isListening { return try await base.suspendSocket(socket, untilReadyFor: events) }
    let patience = events.contains(.write) ? writing : reading
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await base.suspendSocket(socket, untilReadyFor: events)
        return true
      }
      group.addTask {
        try await Task.sleep(for: patience)
        return false
      }
      defer { group.cancelAll() }
      guard try await group.next() == true else { throw SocketError.timeout(message: "the browser is silent") }
    }
  }
}

extension Socket {
  fileprivate var isListening: Bool {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(file.rawValue, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value != 0
  }
}
