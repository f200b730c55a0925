import Foundation
import Glibc

/// Who may ask: browsers that were pointed at this page, not other pages inside them.
///
/// A page of somebody else's can make a browser send requests to any address. Such a request names the address it was
/// made for (`Host`), and where it comes from (`Origin`, `Sec-Fetch-Site`). A foreign name that was made to lead here
/// (DNS rebinding) shows in `Host`.
struct VisitorRules {
  /// Names, in lower case, by which this machine may be called besides its addresses.
  let names: Set<String>
  /// Whether only this machine can reach the page.
  let isLoopback: Bool

  /// Rules for a page bound to `address`.
  init(address: String, hostName: String = ProcessInfo.processInfo.hostName) {
    isLoopback = address == "::1" || address.hasPrefix("127.")
    let own = hostName.lowercased()
    names = isLoopback ? ["localhost"] : ["localhost", own, own + ".local"]
  }

  /// Why a request is refused; nil if it isn't.
  ///
  /// - Parameters:
  ///   - host, origin, site: the headers `Host`, `Origin` and `Sec-Fetch-Site`.
  ///   - opensPage: the request is for the page itself, which a link elsewhere may lead to.
  func refusal(host: String?, origin: String?, site: String?, opensPage: Bool) -> String? {
    guard let host, let name = VisitorRules.name(ofHost: host), isOurs(name) else {
      return "this page answers to localhost and its own address only"
    }
    if let origin, origin.lowercased() != "http://" + host.lowercased() { return "other pages may not ask this one" }
    if let site, site != "same-origin", site != "none", !opensPage { return "other pages may not ask this one" }
    return nil
  }

  private func isOurs(_ name: String) -> Bool {
    if names.contains(name) { return true }
    if isLoopback { return name == "::1" || (name.hasPrefix("127.") && VisitorRules.isAddress(name)) }
    return VisitorRules.isAddress(name)
  }

  /// "localhost" of "localhost:8077", "::1" of "[::1]"; nil if it is no host.
  static func name(ofHost host: String) -> String? {
    let host = host.lowercased()
    var name = Substring(host)
    var port: Substring = ""
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return nil }
      name = host[host.index(after: host.startIndex)..<end]
      port = host[host.index(after: end)...]
    } else if let colon = host.firstIndex(of: ":") {
      name = host[..<colon]
      port = host[colon...]
    }
    guard !name.isEmpty, port.isEmpty || (port.hasPrefix(":") && UInt16(port.dropFirst()) != nil) else { return nil }
    return String(name)
  }

  /// Whether `text` is an address of version 4 or 6 rather than a name.
  static func isAddress(_ text: String) -> Bool {
    var memory = in6_addr()
    return inet_pton(AF_INET, text, &memory) == 1 || inet_pton(AF_INET6, text, &memory) == 1
  }
}
