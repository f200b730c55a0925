import Foundation
import Glibc

/// A browser as rude as a test needs it: bytes over a socket.
final class Visitor {
  private let socket: Int32

  init(port: UInt16) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
    }
    guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
    // Tests of other suites may keep the threads that the server needs busy.
    var patience = timeval(tv_sec: 120, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(socket, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  deinit { close(socket) }

  /// Sends as much as is taken.
  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  func send(_ text: String) { send([UInt8](text.utf8)) }

  /// What comes until `isEnough`, the end, or two minutes of silence.
  func receive(until isEnough: (String) -> Bool = { _ in false }) -> String {
    var all: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(socket, &block, block.count, 0)
      guard count > 0 else { break }
      all += block[..<count]
      if isEnough(String(decoding: all, as: UTF8.self)) { break }
    }
    return String(decoding: all, as: UTF8.self)
  }

  /// Asks once, and gives the answer's status; 0 if there is none.
  static func ask(_ port: UInt16, _ head: String, host: String = "localhost", body: [UInt8] = []) throws -> Int {
    let visitor = try Visitor(port: port)
    let length = body.isEmpty ? "" : "Content-Length: \(body.count)\r\n"
    visitor.send("\(head)\r\nHost: \(host)\r\n\(length)Connection: close\r\n\r\n")
    visitor.send(body)
    let answer = visitor.receive { $0.contains("\r\n\r\n") }
    return answer.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
