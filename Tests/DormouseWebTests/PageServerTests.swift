import DormouseLive
import DormouseModel
import DormouseMutation
import Foundation
import Testing

@testable import DormouseWeb

/// A page over a session that hears ten minutes of nothing, at the speed at which it was spoken.
private final class Stage {
  let page: PageServer
  let session: LiveSession
  let port: UInt16
  private let file: URL

  init() throws {
    file = FileManager.default.temporaryDirectory.appendingPathComponent("page-\(UUID().uuidString).wav")
    let length = 2 * 16000 * 600
    var wave = [UInt8]("RIFF".utf8)
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
    wave += word(36 + length) + "WAVEfmt ".utf8 + word(16) + [1, 0, 1, 0] + word(16000) + word(32000)
    wave += [2, 0, 16, 0] + "data".utf8 + word(length)
    try Data(wave + [UInt8](repeating: 0, count: length)).write(to: file)
    let image = try LoadedImage(bytes: ImageWriter(SampleGraphs.temporal()).bytes())
    session = try LiveSession(model: image, source: .file(file.path, rawFormat: nil, realtime: true))
    page = PageServer(session, address: "127.0.0.1", port: 0)
    let place = try page.start()
    port = UInt16(place.split(separator: ":").last?.dropLast() ?? "") ?? 0
    session.add(page)
    let session = session
    Thread { _ = try? session.run() }.start()
  }

  deinit {
    session.stop()
    page.stop()
    try? FileManager.default.removeItem(at: file)
  }

  /// A visitor who watches. Those who left make room only when that is noticed, so this may take some attempts.
  func watch() throws -> Visitor {
    for _ in 0..<100 {
      let visitor = try Visitor(port: port)
      visitor.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      if visitor.receive(until: { $0.contains("event: hello") || $0.contains(" 503 ") }).contains("event: hello") {
        return visitor
      }
      Thread.sleep(forTimeInterval: 0.1)
    }
    throw POSIXError(.EBUSY)
  }

  /// Asserts that the page still answers, and updates still flow.
  func isWell() throws {
    let text = try watch().receive { $0.components(separatedBy: "event: update").count > 5 }
    #expect(text.components(separatedBy: "event: update").count > 5)
  }
}

/// Servers and visitors wait for one another, so a test has a thread of its own: those of async functions are few.
private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
    Thread { done.resume(with: Result(catching: body)) }.start()
  }
}

@Suite("The page's server", .serialized) struct PageServerTests {
  @Test("serves the page, its parts and the updates, with a strict policy and nothing from elsewhere")
  func serves() async throws {
    try await onThread {
      let stage = try Stage()
      for path in PageFiles.all.keys { #expect(try Visitor.ask(stage.port, "GET \(path) HTTP/1.1") == 200) }
      let visitor = try Visitor(port: stage.port)
      visitor.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      let page = visitor.receive()
      #expect(page.contains("Content-Security-Policy: default-src 'none'"))
      #expect(page.contains("<h1>Dormouse</h1>"))
      for file in PageFiles.all.values {
        let text = String(decoding: file.content, as: UTF8.self)
        let places = text.components(separatedBy: "http").dropFirst().filter { !$0.hasPrefix("://www.w3.org/2000/svg") }
        #expect(places.isEmpty, "the page names another address")
        #expect(!text.contains(" style=") && !text.contains("onclick="), "the policy forbids this")
      }
      try stage.isWell()
    }
  }

  @Test("refuses foreign hosts and origins everywhere, unknown paths, and wrong methods")
  func refuses() async throws {
    try await onThread {
      let stage = try Stage()
      for path in ["/", "/events", "/time", "/page.js"] {
        #expect(try Visitor.ask(stage.port, "GET \(path) HTTP/1.1", host: "evil.example") == 403)
        #expect(try Visitor.ask(stage.port, "GET \(path) HTTP/1.1\r\nOrigin: http://evil.example") == 403)
        #expect(try Visitor.ask(stage.port, "POST \(path) HTTP/1.1") == 405)
      }
      #expect(try Visitor.ask(stage.port, "GET /events HTTP/1.1\r\nSec-Fetch-Site: cross-site") == 403)
      let json = "POST /control HTTP/1.1\r\nContent-Type: application/json"
      let wish = [UInt8](#"{"threshold": 0.5}"#.utf8)
      #expect(try Visitor.ask(stage.port, json + "\r\nOrigin: http://evil.example", body: wish) == 403)
      #expect(try Visitor.ask(stage.port, "POST /control HTTP/1.1\r\nContent-Type: text/plain", body: wish) == 415)
      #expect(try Visitor.ask(stage.port, "GET /control HTTP/1.1") == 405)
      #expect(try Visitor.ask(stage.port, json, body: wish) == 204)
      #expect(try Visitor.ask(stage.port, json, body: [UInt8](repeating: 0x5B, count: 200)) == 400)
      #expect(try Visitor.ask(stage.port, json, body: [UInt8](repeating: 0x20, count: 3000)) == 413)
      for path in ["/../../etc/passwd", "/%2e%2e/x", "//", "/events/", "/index.html", "/\u{1F41D}", "*"] {
        #expect(try Visitor.ask(stage.port, "GET \(path) HTTP/1.1") == 404)
      }
      try stage.isWell()
    }
  }

  @Test("survives garbage, broken requests, huge bodies, and browsers that go in the middle")
  func survivesGarbage() async throws {
    try await onThread {
      let stage = try Stage()
      var random = SystemRandomNumberGenerator()
      let broken = [
        "", "\r\n\r\n", "GET", "GET / HTTP/1.1", "GET  \r\n\r\n", "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST /control HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /control HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9223372036854775807\r\n\r\nx",
        "POST /control HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        "POST /control HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nabc",
        "GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 2000) + "\r\n",
        "GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      ]
      for text in broken { try Visitor(port: stage.port).send(text) }
      for _ in 0..<50 {
        let visitor = try Visitor(port: stage.port)
        visitor.send(
          (0..<Int.random(in: 1...3000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
      }
      let visitor = try Visitor(port: stage.port)
      visitor.send("POST /control HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n")
      visitor.send([UInt8](repeating: 65, count: 5_000_000))
      for _ in 0..<20 {
        let visitor = try Visitor(port: stage.port)
        visitor.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      }
      try stage.isWell()
    }
  }

  @Test("browsers that take nothing don't hold up those that do, and a full house is told so")
  func slowBrowsers() async throws {
    try await onThread {
      let stage = try Stage()
      let idle = try (1..<Audience.limit).map { _ in try stage.watch() }
      try stage.isWell()
      let last = try stage.watch()
      #expect(try Visitor.ask(stage.port, "GET /events HTTP/1.1") == 503)
      withExtendedLifetime((idle, last)) {}
    }
  }

  @Test("a port in use and an address that isn't ours are said in one line")
  func cannotOpen() async throws {
    try await onThread {
      let stage = try Stage()
      func problem(_ address: String, _ port: UInt16) -> String {
        do {
          return try PageServer(stage.session, address: address, port: port).start()
        } catch {
          return "\(error)"
        }
      }
      #expect(problem("127.0.0.1", stage.port).contains("port \(stage.port) of 127.0.0.1 is in use"))
      #expect(problem("192.0.2.1", 0).contains("is no address of this machine"))
      #expect(problem("localhost", 0).contains("is no address"))
      #expect(problem("::1", 0).hasPrefix("http://[::1]:") || problem("::1", 0).contains("no address"))
      try stage.isWell()
    }
  }

  @Test("what a browser asks for is in force at the next update, and is told to a new one")
  func controls() async throws {
    try await onThread {
      let stage = try Stage()
      let json = "POST /control HTTP/1.1\r\nContent-Type: application/json"
      #expect(try Visitor.ask(stage.port, json, body: [UInt8](#"{"label": 1, "threshold": 0.4375}"#.utf8)) == 204)
      #expect(try Visitor.ask(stage.port, json, body: [UInt8](#"{"smoothing": 9}"#.utf8)) == 204)
      let visitor = try Visitor(port: stage.port)
      visitor.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let isObeyed = { (text: String) in text.contains("0.4375") && text.contains("\"smoothing\":9,\"overruns\"") }
      #expect(isObeyed(visitor.receive(until: isObeyed)))
      let second = try Visitor(port: stage.port)
      second.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let hello = second.receive { $0.contains("\n\n") && $0.contains("hello") }.components(
        separatedBy: "event: update")[
          0]
      #expect(hello.contains("0.4375") && hello.contains("\"smoothing\":9"))
    }
  }
}
