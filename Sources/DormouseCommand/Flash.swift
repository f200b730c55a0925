import ArgumentParser
import Dormouse
import DormouseFlash
import DormouseModel

/// `dormouse flash`
struct Flash: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring a model to a device without building its firmware anew.",
    discussion: """
      The model goes to the slot that the device does not use, is validated there, and takes over with one atomic write: \
      whatever happens meanwhile, the device starts with a whole model. --port speaks to the firmware of a running device; \
      --file writes the file that stands for the flash memory of an emulated board, and makes it where there is none.

      Example: dormouse flash -m commands-dense-w4 --port /dev/ttyACM0
      Example: dormouse flash -m commands-dense-w4 --file board.flash
      """)

  @OptionGroup var model: ModelOption

  @Option(help: ArgumentHelp("Serial port of the device.", valueName: "port"))
  var port: String?

  @Option(help: ArgumentHelp("Bits a second on the port.", valueName: "number"))
  var baud = 115200

  @Option(help: ArgumentHelp("Flash memory of an emulated board.", valueName: "file"))
  var file: String?

  @Flag(help: "Leave the device running what it runs; the model is used from its next start on.")
  var noRestart = false

  @Flag(help: "Print what was done as one JSON object.")
  var json = false

  private struct Report: Encodable {
    let model: String
    let bytes: Int
    let repeatedRequests: Int?
    let slot: Int?
  }

  func validate() throws {
    if (port == nil) == (file == nil) { throw ValidationError("Pass either --port or --file.") }
  }

  func run() throws {
    let loaded = try model.load()
    let bytes = withExtendedLifetime(loaded) { [UInt8](loaded.loaded.bytes) }
    let name = loaded.loaded.name
    do {
      if let port {
        let repeated = try send(bytes, to: port)
        try say(Report(model: name, bytes: bytes.count, repeatedRequests: repeated, slot: nil), "\(port): runs \(name)")
      } else if let file {
        let slot = try write(bytes, to: file)
        let sentence = "\(file): starts with \(name), in slot \(slot)"
        try say(Report(model: name, bytes: bytes.count, repeatedRequests: nil, slot: slot), sentence)
      }
    } catch let error as FlashError {
      throw Failure(error.description)
    }
  }

  private func say(_ report: Report, _ sentence: String) throws {
    if json { try Console.say(json: report) } else { Console.say(sentence) }
  }

  private func send(_ bytes: [UInt8], to port: String) throws -> Int {
    let client = UpdateClient(try SerialPort(path: port, baud: baud))
    try client.update(bytes, restarts: !noRestart) { done, all in
      ProgressLine.show("\(port): \(done) of \(all) bytes")
    }
    return client.repeated
  }

  private func write(_ bytes: [UInt8], to file: String) throws -> Int {
    let memory = try FlashFile(path: file)
    let layout = SlotLayout(start: 0, length: memory.length, pageLength: memory.pageLength)
    guard let layout, var slots = ModelSlots(memory, layout) else { throw Failure("\(file): has no room for slots") }
    let arenaLength = Int.max
    _ = slots.boot(arenaLength: arenaLength)
    let slot = slots.target
    do {
      try slots.begin(length: bytes.count)
      try bytes.withUnsafeBytes { try slots.write($0) }
      try slots.commit(arenaLength: arenaLength)
    } catch UpdateError.doesNotFit {
      throw Failure("the image has \(bytes.count) bytes, a slot of \(file) \(layout.slotLength)")
    } catch UpdateError.memory(let offset) {
      throw Failure("\(file): could not be written at byte \(offset); is the disk full?")
    } catch {
      throw Failure("\(file): \(error)")
    }
    return slot
  }
}
