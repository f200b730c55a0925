import DormouseLive
import Foundation

/// Shows a session on a terminal: one picture that is drawn over and over in place.
final class ListenTerminal: LiveViewer, @unchecked Sendable {
  /// Every so many updates one is drawn; those with a detection always are.
  private static let interval = 3

  private var picture: TerminalPicture
  private weak var session: LiveSession?
  private var drawn = 0
  private var turn = 0

  init(_ session: LiveSession) {
    picture = TerminalPicture(session.description, style: TerminalPicture.Style())
    self.session = session
  }

  let wantsPicture = false

  func show(_ update: LiveUpdate) {
    picture.take(update)
    turn += 1
    guard turn % Self.interval == 0 || !update.detections.isEmpty || update.state == .ended else { return }
    let (width, height) = ListenTerminal.size()
    let lines = picture.lines(width: width).prefix(max(1, height - 1))
    // Up to the first line of the last picture; then each line anew, the rest of the screen cleared.
    var text = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
    for line in lines { text += "\r\u{1B}[2K\(line)\n" }
    text += "\u{1B}[J"
    drawn = lines.count
    Console.draw(text)
    if Console.hasFailed { session?.stop() }
  }

  private static func size() -> (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}
