import Testing

@testable import DormouseWeb

@Suite("Visitor rules") struct VisitorRulesTests {
  private let own = VisitorRules(address: "127.0.0.1", hostName: "Den")
  private let open = VisitorRules(address: "0.0.0.0", hostName: "Den")

  private func refuses(
    _ rules: VisitorRules, host: String?, origin: String? = nil, site: String? = nil, opensPage: Bool = false
  ) -> Bool {
    rules.refusal(host: host, origin: origin, site: site, opensPage: opensPage) != nil
  }

  @Test(
    "a browser on this machine is let in by each of its names",
    arguments: ["localhost:8077", "LOCALHOST", "127.0.0.1:8077", "127.0.0.2", "[::1]:8077", "localhost:9000"])
  func letsIn(host: String) {
    #expect(!refuses(own, host: host))
    #expect(!refuses(own, host: host, origin: "http://" + host, site: "same-origin"))
  }

  @Test(
    "a name or address that isn't this machine's is refused",
    arguments: [
      "evil.example", "localhost.evil.example", "evil.example:8077", "127.0.0.1.evil.example", "den", "192.168.1.7",
      "", ":80", "[::1", "[::1]x", "localhost:", "localhost:99999", "localhost:80:80", "[]", "10.0.0.1:8077", "\u{0}",
    ])
  func refusesHost(host: String) { #expect(refuses(own, host: host)) }

  @Test("a request that doesn't say for whom it is, is refused")
  func refusesNoHost() { #expect(refuses(own, host: nil)) }

  @Test(
    "another page's request is refused",
    arguments: [
      "http://evil.example", "https://localhost:8077", "http://localhost", "http://localhost:3000", "null", "",
      "http://localhost:8077.evil.example",
    ])
  func refusesOrigin(origin: String) { #expect(refuses(own, host: "localhost:8077", origin: origin)) }

  @Test("another page may link here, but not ask for anything, even where no origin is sent")
  func refusesOtherSites() {
    for site in ["cross-site", "same-site", "nonsense"] {
      #expect(refuses(own, host: "localhost", site: site))
      #expect(!refuses(own, host: "localhost", site: site, opensPage: true))
    }
    #expect(!refuses(own, host: "localhost", site: "none"))
  }

  @Test("a page that is open to others answers to any address and to this machine's name, not to other names")
  func openPage() {
    for host in ["192.168.1.7:8077", "[fe80::1]:80", "den:8077", "Den.local", "localhost"] {
      #expect(!refuses(open, host: host))
    }
    for host in ["evil.example", "den.evil.example", "local"] { #expect(refuses(open, host: host)) }
  }
}
