import Foundation

/// What went wrong, in one line.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Standard output, buffered, and standard error. One thread uses them.
enum Console {
  nonisolated(unsafe) private static var pending: [UInt8] = []
  /// The first error of standard output; what follows is dropped.
  nonisolated(unsafe) private static var failure: Failure?

  /// Whether standard output takes nothing any more.
  static var hasFailed: Bool { failure != nil }

  /// Writes a line to standard error.
  static func complain(_ line: String) {
    ProgressLine.clear()
    flush()
    StandardError.write(line + "\n")
  }

  /// Writes a line to standard output; `now` also where that is a pipe.
  static func say(_ line: String, now: Bool = false) {
    ProgressLine.clear()
    pending.append(contentsOf: line.utf8)
    pending.append(10)
    if now || pending.count > 1 << 16 { flush() }
  }

  /// Writes `text` to standard output as it stands, now.
  static func draw(_ text: String) {
    pending.append(contentsOf: text.utf8)
    flush()
  }

  /// Writes an object as one line of JSON, keys sorted.
  static func say(json value: some Encodable, now: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    say(String(decoding: try encoder.encode(value), as: UTF8.self), now: now)
  }

  /// Makes sure that everything said has been written.
  ///
  /// - Throws: that it has not, say because the disk is full.
  static func finish() throws {
    ProgressLine.clear()
    flush()
    if let failure { throw failure }
  }

  private static func flush() {
    var done = 0
    while done < pending.count && failure == nil {
      let count = pending.withUnsafeBytes { write(1, $0.baseAddress! + done, $0.count - done) }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        failure = Failure("standard output: \(String(cString: strerror(errno)))")
      }
    }
    pending.removeAll(keepingCapacity: true)
  }
}

/// Standard error, unbuffered. Nobody can be told if it is closed or full.
enum StandardError {
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Foundation.write(2, $0.baseAddress, $0.count) }
  }
}

/// One line on a terminal that says how far long work has come; nothing where standard error is no terminal.
enum ProgressLine {
  private static let isTerminal = isatty(2) != 0
  nonisolated(unsafe) private static var isShown = false
  nonisolated(unsafe) private static var last = ContinuousClock.now

  /// Shows `text`, at most twice a second.
  static func show(_ text: @autoclosure () -> String) {
    guard isTerminal, ContinuousClock.now - last > .milliseconds(500) else { return }
    last = .now
    isShown = true
    StandardError.write("\r\u{1B}[K\(text())")
  }

  /// Removes the line.
  static func clear() {
    guard isShown else { return }
    isShown = false
    StandardError.write("\r\u{1B}[K")
  }
}
