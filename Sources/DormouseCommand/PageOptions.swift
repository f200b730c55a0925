import ArgumentParser
import DormouseLive
import DormouseWeb

/// `--web` and `--bind`: the page of `dormouse listen`.
struct PageOptions: ParsableArguments {
  @Option(
    defaultAsFlag: PageServer.standardPort,
    help: ArgumentHelp(
      "Show it in a browser, on a page at this port; 0 is any that is free.",
      discussion: "A recording is then played at the speed at which it was spoken.", valueName: "port"))
  var web: UInt16?

  @Option(
    help: ArgumentHelp(
      "Address that the page listens on; any but 127.0.0.1 lets others see it and change thresholds.",
      valueName: "address"))
  var bind = "127.0.0.1"

  /// Whether there is to be a page.
  var isWanted: Bool { web != nil }

  /// Opens the page, and says where it is. If that can't be done the user is told, and the listening goes on without.
  func open(_ session: LiveSession, _ model: Model) -> PageServer? {
    guard let web else { return nil }
    let server = PageServer(session, address: bind, port: web, figures: EnergyFigures.beside(model))
    do {
      Console.complain("dormouse: the page is at \(try server.start())")
    } catch {
      Console.complain("dormouse: no page: \(error)")
      return nil
    }
    session.add(server)
    return server
  }
}
