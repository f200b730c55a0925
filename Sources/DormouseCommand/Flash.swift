import ArgumentParser
import Dormouse
import DormouseFlash
import DormouseModel

/// `dormouse flash`
struct Flash: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring a model or firmware to a device.",
    discussion: """
      --board names a folder of firmware/boards. A real board is flashed by the tool that owns its probe; the model goes \
      to the region that its firmware reads, or with --slot to one of two slots. An emulated board's flash memory is a \
      file. Without --board it is the one that is plugged in, otherwise the emulated mps2-an386.

      --port alone speaks to the firmware of a running device. Through it, and with --slot free, the model goes to a slot \
      that the device does not use, is checked there, and takes over with one write: whatever happens meanwhile, the \
      device starts with a whole model.

      Example: dormouse flash --board nucleo-l4r5zi -m commands-dense-w4 --verify
      Example: dormouse flash --board rp2040-pico --firmware firmware.elf --dry-run
      Example: dormouse flash -m commands-dense-w4 --port /dev/ttyACM0
      Example: dormouse flash -m commands-dense-w4 --file board.flash
      """)

  @Option(name: [.short, .long], help: ModelOption.help)
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Firmware instead of a model: ELF, Intel HEX, or memory as it is.", valueName: "file"))
  var firmware: String?

  @Option(help: ArgumentHelp("Board to flash.", valueName: "name"))
  var board: String?

  enum Slot: String, ExpressibleByArgument, CaseIterable {
    case first = "0"
    case second = "1"
    case free

    var choice: SlotUpdate.Choice {
      switch self {
      case .first: .slot(0)
      case .second: .slot(1)
      case .free: .free
      }
    }
  }

  @Option(help: "Slot for the model; free is the one that the device does not use.")
  var slot: Slot?

  @Option(help: "What the board is flashed with; otherwise the first of its tools that is there.")
  var probe: Probe?

  enum Probe: String, ExpressibleByArgument, CaseIterable { case openocd, pyocd, esptool, picotool, uf2 }

  @Option(
    help: ArgumentHelp(
      "Where a model without slots, or firmware that is memory as it is, goes to.", valueName: "address"))
  var address: String?

  @Option(help: ArgumentHelp("Folder of a mounted UF2 drive; otherwise it is looked for.", valueName: "folder"))
  var drive: String?

  @Option(help: ArgumentHelp("Serial port of the device.", valueName: "port"))
  var port: String?

  @Option(help: ArgumentHelp("Bits a second on the port.", valueName: "number"))
  var baud = 115200

  @Option(help: ArgumentHelp("Flash memory of an emulated board.", valueName: "file"))
  var file: String?

  @Flag(help: "Show the files and commands, and do nothing.")
  var dryRun = false

  @Flag(help: "Read back what was written, and compare.")
  var verify = false

  @Flag(help: "Leave the device running what it runs; the model is used from its next start on.")
  var noRestart = false

  @Flag(help: "Print what was done as one JSON object.")
  var json = false

  func validate() throws {
    func refuse(_ isWrong: Bool, _ why: String) throws {
      if isWrong { throw ValidationError(why) }
    }
    try refuse(model != nil && firmware != nil, "Pass either --model or --firmware.")
    try refuse(file != nil && port != nil, "Pass either --port or --file.")
    try refuse(slot != nil && address != nil, "Pass either --slot or --address.")
    try refuse(slot != nil && firmware != nil, "--slot is for models.")
    let isSerial = port != nil && board == nil
    try refuse(
      isSerial && (firmware != nil || slot != nil || address != nil || verify || dryRun),
      "A device at --port takes models alone, into its free slot, and checks them itself.")
    try refuse(noRestart && !isSerial, "--no-restart is for devices at --port.")
    try refuse(address != nil && address.flatMap(Number.parse) == nil, "--address must be a number below 2^32.")
  }

  func run() throws {
    do {
      if let port, board == nil {
        try send(to: port)
      } else if let file, board == nil {
        try EmulatedTarget(file: file, name: nil).flash(self)
      } else {
        let target = try board.map(BoardLocation.board) ?? BoardLocation.connected()
        if let memory = target.memory {
          try BoardTarget(board: target, memory: memory).flash(self)
        } else {
          try EmulatedTarget(file: file ?? "\(target.name).flash", name: target.name).flash(self, on: target)
        }
      }
    } catch let error as FlashError {
      throw Failure(error.description)
    }
  }

  /// The model that was asked for, and its bytes.
  func image() throws -> (model: Model, bytes: [UInt8]) {
    let loaded = try ModelOption.load(model ?? ModelLocation.standard)
    return (loaded, withExtendedLifetime(loaded) { [UInt8](loaded.loaded.bytes) })
  }

  private func send(to port: String) throws {
    let (model, bytes) = try image()
    let client = UpdateClient(try SerialPort(path: port, baud: baud))
    try client.update(bytes, restarts: !noRestart) { done, all in
      ProgressLine.show("\(port): \(done) of \(all) bytes")
    }
    var report = FlashReport(bytes: bytes.count)
    report.model = model.loaded.name
    report.repeatedRequests = client.repeated
    try report.say("\(port): runs \(model.loaded.name)", json: json)
  }
}

/// What was done, for `--json`; what there is nothing to say about is absent.
struct FlashReport: Encodable {
  var board: String?
  var model: String?
  var firmware: String?
  var bytes: Int
  var tool: String?
  var slot: Int?
  var verified: Bool?
  var repeatedRequests: Int?

  init(bytes: Int) { self.bytes = bytes }

  /// Says it as JSON, or as a sentence.
  func say(_ sentence: String, json: Bool) throws {
    if json { try Console.say(json: self) } else { Console.say(sentence) }
  }
}
