import Dormouse
import DormouseExport
import DormouseFlash
import Foundation

/// An emulated board, whose flash memory is a file.
struct EmulatedTarget {
  let file: String
  /// The board's; nil for a file of any of them.
  let name: String?

  /// Does what `flash` says.
  func flash(_ flash: Flash, on board: Board? = nil) throws {
    let place = name ?? file
    for (isGiven, option) in [
      (flash.probe != nil, "--probe"), (flash.address != nil, "--address"), (flash.drive != nil, "--drive"),
      (flash.port != nil, "--port"),
    ] where isGiven {
      throw Failure("\(option) is for real boards; \(place) is emulated")
    }
    guard flash.firmware == nil else {
      let run = name.map { "firmware/run \($0)" } ?? "firmware/run"
      throw Failure("\(place) is emulated: its firmware is handed to the emulator, by \(run), not flashed")
    }
    let (model, bytes) = try flash.image()
    try board?.check(model.image, place: model.path)
    if flash.dryRun {
      let slot = flash.slot.map { "slot \($0.rawValue)" } ?? "its free slot"
      let isNew = !FileManager.default.fileExists(atPath: file)
      Console.say("write \(file)\(isNew ? ", which is new" : ""): \(bytes.count) bytes, for \(slot), then its journal")
      return
    }
    let slot = try FlashFile.update(file, with: bytes, flash.slot?.choice ?? .free)
    if flash.verify { try FlashFile.verify(file, holds: bytes) }
    var report = FlashReport(bytes: bytes.count)
    report.board = name
    report.model = model.loaded.name
    report.slot = slot
    report.verified = flash.verify ? true : nil
    let checked = flash.verify ? ", verified" : ""
    try report.say("\(file): starts with \(model.loaded.name), in slot \(slot)\(checked)", json: flash.json)
  }
}

/// A real board.
struct BoardTarget {
  let board: Board
  let memory: Board.Memory

  /// Does what `flash` says.
  func flash(_ flash: Flash) throws {
    if flash.file != nil { throw Failure("--file is for emulated boards; \(board.name) is a real one") }
    let wanted = flash.probe.flatMap { ProbeTool.Name(rawValue: $0.rawValue) }
    let tool = try chosen(wanted, flash)
    if flash.port != nil && tool.name != .esptool {
      throw Failure("--port is of no use to \(tool.name.rawValue); leave out --board to update over a serial line")
    }
    let parts = try contents(flash)
    var drive: UF2Drive?
    if case .uf2(let boardID, _) = tool {
      drive = try flash.drive.map { folder in try UF2Drive(at: folder, boardID: boardID) }
      if drive == nil { drive = try UF2Drive(boardID: boardID, mounts: UF2Drive.mounts) }
    } else if flash.drive != nil {
      throw Failure("--drive is for --probe uf2")
    }
    let session = try ProbeSession(
      board, memory, tool, port: flash.port, drive: drive, isDry: flash.dryRun,
      show: { line in if flash.dryRun { Console.say(line) } else { ProgressLine.show("\(board.name): \(line)") } })

    var report = FlashReport(bytes: parts.bytes)
    report.board = board.name
    report.tool = tool.name.rawValue
    (report.model, report.firmware) = (parts.model, parts.model == nil ? parts.name : nil)
    var place = ""
    if let slot = flash.slot {
      if flash.dryRun {
        Console.say("What is written depends on what the first command reads; this is for a board without a model.")
      }
      let update = try session.update(parts.image, to: slot.choice)
      report.slot = update.slot
      place = " in slot \(update.slot)"
    } else {
      try session.write(parts.parts, stem: parts.model == nil ? "firmware" : "model", verifies: flash.verify)
    }
    if flash.dryRun { return }
    let isVerified = flash.verify || flash.slot != nil
    report.verified = isVerified ? true : nil
    let checked = isVerified ? ", verified" : ""
    try report.say("\(board.name): holds \(parts.name)\(place)\(checked)", json: flash.json)
  }

  /// Without `--probe`, the first that is there; for a dry run it need not be.
  private func chosen(_ wanted: ProbeTool.Name?, _ flash: Flash) throws -> ProbeTool {
    if flash.drive != nil && wanted == nil {
      return try ProbeSession.tool(for: board, memory, wanted: .uf2)
    }
    do {
      return try ProbeSession.tool(for: board, memory, wanted: wanted)
    } catch {
      guard flash.dryRun && wanted == nil, let first = memory.tools.first else { throw error }
      return first
    }
  }

  private struct Contents {
    var name: String
    var model: String?
    var image: [UInt8] = []
    var parts: [FlashPart] = []
    var bytes: Int { image.isEmpty ? parts.reduce(0) { $0 + $1.bytes.count } : image.count }
  }

  /// What is to be written, which the board can run and has room for.
  private func contents(_ flash: Flash) throws -> Contents {
    let address = flash.address.flatMap(Number.parse)
    if let firmware = flash.firmware {
      let bytes = [UInt8](try InputFile.read(firmware, limit: 1 << 28))
      return Contents(name: firmware, parts: try board.firmware(bytes, at: address, place: firmware))
    }
    let (model, bytes) = try flash.image()
    try board.check(model.image, place: model.path)
    var contents = Contents(name: model.loaded.name, model: model.loaded.name, image: bytes)
    guard flash.slot == nil else { return contents }
    let start = address ?? memory.models.address
    guard Int(start) % memory.pageLength == 0 else {
      throw Failure("--address must be a multiple of \(memory.pageLength), which \(board.name) erases together")
    }
    let region = address == nil ? memory.models : memory.flash
    guard region.holds(start, UInt64(start) + UInt64(bytes.count)) else {
      throw Failure(
        "\(model.path): has \(bytes.count) bytes, which do not fit \(board.name): "
          + "\(address == nil ? "its region for models" : "its flash memory") is \(region.text)")
    }
    contents.parts = [FlashPart(address: start, bytes: bytes)]
    return contents
  }
}
