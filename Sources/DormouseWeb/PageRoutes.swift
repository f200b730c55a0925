import DormouseLive
import FlyingFox
import Foundation

/// Answers the requests of browsers.
struct PageRoutes: HTTPHandler {
  let rules: VisitorRules
  let audience: Audience
  let model: LiveDescription
  let card: PageCard
  /// Values of smoothing that may be asked for.
  let smoothings: ClosedRange<Int>
  /// Passes a wish on to the session.
  let send: @Sendable (LiveControl) -> Void

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    let answer = await answer(request)
    // What nobody read would be taken for the next request.
    for try await _ in request.bodySequence {}
    return answer
  }

  private func answer(_ request: HTTPRequest) async -> HTTPResponse {
    // As it was sent: "//" and "/x/.." aren't "/".
    let path = request.target.path(percentEncoded: true)
    let opensPage = request.method == .GET && path == "/"
    if let refusal = rules.refusal(
      host: request.headers[.host], origin: request.headers[.origin], site: request.headers[.site],
      opensPage: opensPage)
    {
      return PageRoutes.text(.forbidden, refusal)
    }
    let isControl = path == "/control"
    guard isControl || path == "/events" || path == "/time" || PageFiles.all[path] != nil else {
      return PageRoutes.text(.notFound, "there is nothing here; the page is at /")
    }
    guard request.method == (isControl ? .POST : .GET) else {
      var answer = PageRoutes.text(.methodNotAllowed, "this wants \(isControl ? "POST" : "GET")")
      answer.headers[.allow] = isControl ? "POST" : "GET"
      return answer
    }
    switch path {
    case "/control": return await control(request)
    case "/events": return events()
    case "/time": return PageRoutes.text(.ok, "\(Date().timeIntervalSince1970)")
    default: return file(path)
    }
  }

  private func file(_ path: String) -> HTTPResponse {
    guard let file = PageFiles.all[path] else { return PageRoutes.text(.notFound, "there is nothing here") }
    return HTTPResponse(statusCode: .ok, headers: PageRoutes.headers(type: file.type), body: file.content)
  }

  private func events() -> HTTPResponse {
    let admitted = audience.admit { detections, settings in
      PageMessages.hello(
        model, card: card, smoothingLimit: smoothings.upperBound, detections: detections, settings: settings)
    }
    guard let box = admitted else {
      return PageRoutes.text(.serviceUnavailable, "\(Audience.limit) browsers watch already")
    }
    let stream = EventStream(box) { [audience] in audience.dismiss(box) }
    return HTTPResponse(
      statusCode: .ok, headers: PageRoutes.headers(type: "text/event-stream"), body: HTTPBodySequence(from: stream))
  }

  private func control(_ request: HTTPRequest) async -> HTTPResponse {
    // Other pages can't send this type without asking first.
    guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
      return PageRoutes.text(.unsupportedMediaType, "send application/json")
    }
    guard let length = request.bodySequence.count else { return PageRoutes.text(.lengthRequired, "say how long it is") }
    guard length <= PageControls.limit else {
      return PageRoutes.text(.payloadTooLarge, "\(PageControls.limit) bytes are enough for any wish")
    }
    do {
      let data = try await request.bodyData
      send(try PageControls.read(data, labels: model.keywords.count, smoothings: smoothings))
      return HTTPResponse(statusCode: .noContent, headers: PageRoutes.headers(type: nil))
    } catch let problem as PageControls.Problem {
      return PageRoutes.text(.badRequest, problem.text)
    } catch {
      return PageRoutes.text(.badRequest, "the wish broke off")
    }
  }

  private static func text(_ status: HTTPStatusCode, _ line: String) -> HTTPResponse {
    HTTPResponse(
      statusCode: status, headers: headers(type: "text/plain; charset=utf-8"), body: Data((line + "\n").utf8))
  }

  /// The page loads nothing from elsewhere, can't be framed, and keeps nothing.
  private static func headers(type: String?) -> HTTPHeaders {
    var headers = HTTPHeaders()
    headers[.contentType] = type
    headers[.cacheControl] = "no-store"
    headers[HTTPHeader("Content-Security-Policy")] =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
      + "form-action 'none'; frame-ancestors 'none'"
    headers[HTTPHeader("X-Content-Type-Options")] = "nosniff"
    headers[HTTPHeader("X-Frame-Options")] = "DENY"
    headers[HTTPHeader("Referrer-Policy")] = "no-referrer"
    headers[HTTPHeader("Cross-Origin-Resource-Policy")] = "same-origin"
    headers[HTTPHeader("Cross-Origin-Opener-Policy")] = "same-origin"
    return headers
  }
}

extension HTTPHeader {
  fileprivate static let origin = HTTPHeader("Origin")
  fileprivate static let site = HTTPHeader("Sec-Fetch-Site")
  fileprivate static let allow = HTTPHeader("Allow")
}
