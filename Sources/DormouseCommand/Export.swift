import ArgumentParser
import DormouseExport
import DormouseModel

/// `dormouse export`
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model image in a format that programmers and boards take.",
    discussion: """
      Formats: hex, Intel HEX; uf2, for boards that show up as a drive; bin, the image as it is. The image must lie at an \
      address that is a multiple of 16.

      Example: dormouse export commands-dense --format hex --address 0x08080000 -o model.hex
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case hex, bin, uf2 }

  @Option(help: "Format of the file.")
  var format: Format

  @Option(help: ArgumentHelp("Where the image will lie, such as 0x10100000; bin needs none.", valueName: "address"))
  var address: String?

  @Option(help: ArgumentHelp("Kind of device in a UF2 file: rp2040, or a number.", valueName: "family"))
  var family = "rp2040"

  @Option(name: [.short, .long], help: ArgumentHelp("File to write.", valueName: "file"))
  var output: String

  @Argument(help: ArgumentHelp("Image file, or the name of a model that came with Dormouse.", valueName: "image"))
  var image: String

  func validate() throws {
    if format != .bin && address == nil { throw ValidationError("--address is missing; \(format.rawValue) needs it.") }
    if let address {
      guard let value = Number.parse(address) else {
        throw ValidationError("--address must be a number below 2^32, such as 0x10100000.")
      }
      let multiple: UInt32 = format == .uf2 ? 256 : 16
      guard value % multiple == 0 else { throw ValidationError("--address must be a multiple of \(multiple).") }
    }
    if familyNumber == nil { throw ValidationError("--family must be rp2040 or a number below 2^32.") }
  }

  private var familyNumber: UInt32? { family == "rp2040" ? UF2.rp2040 : Number.parse(family) }

  func run() throws {
    let model = try Model(path: ModelLocation.path(of: image))
    let bytes = withExtendedLifetime(model) { [UInt8](model.loaded.bytes) }
    let start = address.flatMap(Number.parse) ?? 0
    // A UF2 block is always whole.
    let end = UInt64(start) + UInt64((bytes.count + 255) & ~255)
    guard end <= 1 << 32 else { throw Failure("--address: the image would end beyond 2^32") }
    let contents =
      switch format {
      case .hex: IntelHex.text(bytes, at: start)
      case .bin: bytes
      case .uf2: UF2.blocks(bytes, at: start, family: familyNumber ?? UF2.rp2040)
      }
    try AtomicFile.write([(path: output, contents: contents)])
    Console.say(output)
  }
}

/// Numbers of the command line.
enum Number {
  /// Decimal, or hexadecimal after 0x; nil if it is neither, or 2^32 or more.
  static func parse(_ text: String) -> UInt32? {
    text.lowercased().hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
  }
}
