import DormouseExport
import Foundation

/// Brings bytes to a real board: writes files, runs the tool that owns the probe, reads back and compares.
public final class ProbeSession {
  /// What an update of a slot came to.
  public struct Update: Sendable {
    /// 0 or 1.
    public let slot: Int
  }

  private let board: Board
  private let memory: Board.Memory
  private let tool: ProbeTool
  private let program: String
  private let port: String?
  private let drive: UF2Drive?
  /// Nil if commands are shown instead of run.
  private let runner: ToolRunner?
  private let show: (String) -> Void

  /// - Parameters:
  ///   - board: a real one.
  ///   - tool: one of its tools.
  ///   - port: serial port, for tools that use one.
  ///   - drive: for a boot loader that shows up as a drive.
  ///   - isDry: whether commands are shown instead of run; then the tool may be missing.
  ///   - show: gets what is about to be done, a line each.
  /// - Throws: what is to be installed.
  public init(
    _ board: Board, _ memory: Board.Memory, _ tool: ProbeTool, port: String?, drive: UF2Drive?, isDry: Bool,
    show: @escaping (String) -> Void
  ) throws(FlashError) {
    let found = ToolRunner.find(tool.programs)
    guard let program = found ?? (isDry || tool.programs.isEmpty ? tool.programs.first ?? "" : nil) else {
      throw FlashError("\(tool.name.rawValue) is not on the PATH; install \(tool.advice)")
    }
    (self.board, self.memory, self.tool, self.program) = (board, memory, tool, program)
    (self.port, self.drive, self.show) = (port, drive, show)
    runner = isDry ? nil : try ToolRunner()
  }

  /// The first of the board's tools that is there.
  ///
  /// - Throws: what could be installed.
  public static func tool(for board: Board, _ memory: Board.Memory, wanted: ProbeTool.Name?) throws(FlashError)
    -> ProbeTool
  {
    if let wanted {
      if let tool = memory.tools.first(where: { $0.name == wanted }) { return tool }
      let known = memory.tools.map(\.name.rawValue).joined(separator: ", ")
      throw FlashError("\(board.name) is not flashed by \(wanted.rawValue); there is \(known)")
    }
    if let tool = memory.tools.first(where: { $0.programs.isEmpty || ToolRunner.find($0.programs) != nil }) {
      return tool
    }
    let advice = memory.tools.map(\.advice).joined(separator: ", or ")
    throw FlashError("no tool for \(board.name) is on the PATH; install \(advice)")
  }

  /// Writes parts, each within whole pages of its own, and starts the board.
  ///
  /// - Parameters:
  ///   - stem: of the names of files.
  ///   - verifies: whether they are read back and compared.
  /// - Throws: `FlashError`.
  public func write(_ parts: [FlashPart], stem: String, verifies: Bool) throws(FlashError) {
    guard tool.reads || !verifies else { throw unreadable("--verify") }
    try put(parts, stem: stem)
    if verifies { for part in parts { try compare(part, stem: stem) } }
    try restart()
  }

  /// Brings a model to a slot, and makes it the newest: see `SlotUpdate`. What is written is always read back.
  ///
  /// - Throws: `FlashError`; the device then starts with a whole model, if it had one.
  public func update(_ image: [UInt8], to choice: SlotUpdate.Choice) throws(FlashError) -> Update {
    guard tool.reads else { throw unreadable("--slot") }
    let now = try read(memory.models.address, memory.models.length, stem: "models")
    let update = try SlotUpdate(image, over: now, choice, on: board)
    do throws(FlashError) {
      try put([update.image], stem: "slot\(update.slot)")
      try compare(update.image, stem: "slot\(update.slot)")
    } catch {
      throw FlashError(
        "\(error.description)\n  the journal is as it was: the device starts with its other model, if any")
    }
    try put([update.journal], stem: "journal")
    try compare(update.journal, stem: "journal")
    try restart()
    return Update(slot: update.slot)
  }

  private func unreadable(_ option: String) -> FlashError {
    let others = memory.tools.filter(\.reads).map { "--probe \($0.name.rawValue)" }.joined(separator: " or ")
    return FlashError(
      "a UF2 drive can't be read, which \(option) needs; pass \(others.isEmpty ? "no such option" : others)")
  }

  private func put(_ parts: [FlashPart], stem: String) throws(FlashError) {
    let files = tool.files(parts, stem: stem)
    for file in files {
      let ranges = parts.map { "\(Board.text($0.address)) to \(Board.text(UInt32($0.end - 1)))" }
      let range =
        files.count == 1 ? ranges.joined(separator: ", ") : ranges[files.firstIndex { $0.name == file.name } ?? 0]
      show("write \(file.name): \(file.contents.count) bytes, for \(range)")
      try runner?.put(file.name, file.contents)
    }
    guard let drive else {
      try run(tool.write(parts, stem: stem, port: port), "writing \(stem)")
      return
    }
    for file in files {
      show("copy \(file.name) to \(drive.folder)")
      if runner != nil { try drive.copy(file.name, file.contents) }
    }
  }

  /// What lies there; ones where commands are only shown.
  private func read(_ address: UInt32, _ length: Int, stem: String) throws(FlashError) -> [UInt8] {
    let file = "\(stem)-read.bin"
    try run(tool.read(address, length, into: file, port: port), "reading \(stem)")
    guard let runner else { return [UInt8](repeating: 0xFF, count: length) }
    guard let bytes = runner.take(file), bytes.count >= length else {
      throw FlashError("\(tool.name.rawValue) said that it had read \(length) bytes of \(board.name), but had not")
    }
    return Array(bytes.prefix(length))
  }

  private func compare(_ part: FlashPart, stem: String) throws(FlashError) {
    let found = try read(part.address, part.bytes.count, stem: stem)
    guard runner != nil, let place = found.indices.first(where: { found[$0] != part.bytes[$0] }) else { return }
    let address = Board.text(part.address + UInt32(place))
    let count = found.indices.reduce(0) { $0 + (found[$1] == part.bytes[$1] ? 0 : 1) }
    throw FlashError(
      "\(board.name) does not hold what was written: \(count) of \(part.bytes.count) bytes differ, the first at "
        + "\(address); is the flash protected or worn out?")
  }

  private func restart() throws(FlashError) {
    if let command = tool.restart { try run(command, "starting \(board.name)") }
  }

  private func run(_ words: [String], _ doing: String) throws(FlashError) {
    show("run \(words.map(ProbeSession.quoted).joined(separator: " "))")
    try runner?.run(program, Array(words.dropFirst()), doing: doing)
  }

  /// A word as a shell would take it; commands are run without one.
  static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=+,@".contains($0)) }
    return isPlain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
