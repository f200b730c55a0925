import DormouseLive
import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// Shows a session to browsers: a page with the picture of the sound, scores, detections, and a few controls.
///
///     let page = PageServer(session, address: "127.0.0.1", port: 8077)
///     let place = try page.start()      // "http://127.0.0.1:8077/"
///     session.add(page)
///
/// It never holds the session up: what a slow browser doesn't take in time is dropped for that browser.
public final class PageServer: LiveViewer {
  /// Where the page is unless one says otherwise.
  public static let standardPort: UInt16 = 8077

  private let address: String
  private let port: UInt16
  private let audience = Audience()
  private let routes: PageRoutes
  private let task = Mutex<Task<Void, Never>?>(nil)

  /// A page that nobody can see yet.
  ///
  /// - Parameters:
  ///   - session: what it shows, and what its controls go to.
  ///   - address: address of version 4 or 6 to listen on; the loopback address lets only this machine in.
  ///   - port: 0 is any that is free.
  ///   - figures: what the model's card says besides what the image does.
  public init(_ session: LiveSession, address: String, port: UInt16, figures: [PageCard.Figure] = []) {
    self.address = address
    self.port = port
    let model = session.description
    routes = PageRoutes(
      rules: VisitorRules(address: address), audience: audience, model: model,
      card: PageCard(model, more: figures), smoothings: 1...max(16, model.smoothing),
      send: { [weak session] in session?.send($0) })
  }

  /// Pictures cost time, so they are drawn only if somebody watches.
  public var wantsPicture: Bool { !audience.isEmpty }

  /// Sends an update to all browsers; see `LiveViewer`.
  public func show(_ update: LiveUpdate) { audience.tell(update) }

  /// Opens the page. Waits until it is open, so this is for a thread of one's own, not for an async function.
  ///
  /// - Returns: where it is.
  /// - Throws: `PageError`: the port is in use, or the address isn't this machine's.
  public func start() throws -> String {
    guard VisitorRules.isAddress(address) else {
      throw PageError("\(address) is no address; this machine alone is 127.0.0.1, every way into it is 0.0.0.0")
    }
    let opened = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<UInt16, PageError>?>(nil)
    let tell = { @Sendable (result: Result<UInt16, PageError>) in
      outcome.withLock { $0 = $0 ?? result }
      opened.signal()
    }
    task.withLock { $0 = Task { await self.serve(tell) } }
    opened.wait()
    guard let result = outcome.withLock(\.self) else { throw PageError("the page could not be opened") }
    // Who is let in on every way needs a name that leads here.
    let isAnyWay = address == "0.0.0.0" || address == "::"
    let host = isAnyWay ? ProcessInfo.processInfo.hostName : address.contains(":") ? "[\(address)]" : address
    return "http://\(host):\(try result.get())/"
  }

  /// Closes the page, after a moment in which browsers can take the last update.
  public func stop() {
    audience.disperse()
    for _ in 0..<20 where !audience.isEmpty { Thread.sleep(forTimeInterval: 0.02) }
    task.withLock { task in
      task?.cancel()
      task = nil
    }
  }

  /// Serves until `stop`. A server that fails, say because the process ran out of files, is made anew.
  private func serve(_ opened: @escaping @Sendable (Result<UInt16, PageError>) -> Void) async {
    let beats = Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(2))
        audience.beat()
      }
    }
    defer { beats.cancel() }
    var port = port
    var isFirst = true
    while !Task.isCancelled {
      do {
        let server = HTTPServer(config: try configuration(port), handler: routes)
        let running = Task { try await server.run() }
        if isFirst {
          port = try await PageServer.port(of: server, running)
          opened(.success(port))
          isFirst = false
        }
        try await withTaskCancellationHandler {
          try await running.value
        } onCancel: {
          running.cancel()
        }
      } catch {
        guard !isFirst else { return opened(.failure(PageError(error, address: address, port: port))) }
      }
      audience.disperse()
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Waits until a server listens, or has failed to.
  private static func port(of server: HTTPServer, _ running: Task<Void, any Error>) async throws -> UInt16 {
    let (outcomes, outcome) = AsyncStream.makeStream(of: Result<UInt16, any Error>.self)
    let failing = Task {
      outcome.yield(await running.result.map { 0 })
    }
    let listening = Task {
      try await server.waitUntilListening()
      if let port = await server.port { outcome.yield(.success(port)) }
    }
    defer {
      failing.cancel()
      listening.cancel()
    }
    for await result in outcomes { return try result.get() }
    throw CancellationError()
  }

  private func configuration(_ port: UInt16) throws -> HTTPServer.Configuration {
    let pool = PatientPool(base: HTTPServer.defaultPool())
    var configuration =
      address.contains(":")
      ? HTTPServer.Configuration(
        address: try sockaddr_in6.inet6(ip6: address, port: port), pool: pool, logger: .disabled)
      : HTTPServer.Configuration(
        address: try sockaddr_in.inet(ip4: address, port: port), pool: pool, logger: .disabled)
    // No wish is longer; of a longer body nothing is kept.
    configuration.sharedRequestReplaySize = configuration.sharedRequestBufferSize
    return configuration
  }
}

extension HTTPServer {
  fileprivate var port: UInt16? {
    switch listeningAddress {
    case .ip4(_, let port), .ip6(_, let port): port
    default: nil
    }
  }
}

/// Why there is no page.
public struct PageError: Error, CustomStringConvertible {
  /// One line.
  public let description: String

  init(_ description: String) { self.description = description }

  init(_ error: any Error, address: String, port: UInt16) {
    guard case SocketError.failed(_, let number, let message) = error else {
      self.init("\(address): the page can't be opened: \(error.localizedDescription)")
      return
    }
    switch number {
    case EADDRINUSE:
      self.init("port \(port) of \(address) is in use; choose another, or 0 for any that is free")
    case EADDRNOTAVAIL: self.init("\(address) is no address of this machine")
    case EACCES: self.init("port \(port) may not be used; choose one of 1024 or more")
    default: self.init("\(address), port \(port): \(message)")
    }
  }
}
