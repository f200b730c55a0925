import Dormouse
import DormouseExport
import DormouseFlash
import DormouseModel
import DormouseMutation
import Foundation
import Testing

@Suite("Boards")
struct BoardTests {
  /// A real board; `change` replaces its fields.
  static func board(_ change: [String: Any] = [:]) throws -> Board {
    var fields: [String: Any] = [
      "title": "Board", "core": "cortex-m4f", "firmware": ["image_format_minor": 4], "page_bytes": 1024,
      "unit_bytes": 8,
      "flash": ["address": "0x08000000", "bytes": 262144], "models": ["address": "0x08020000", "bytes": 65536],
      "tools": [["tool": "openocd", "scripts": "a.cfg b.cfg"]],
    ]
    fields.merge(change) { $1 }
    return try Board(json: JSONSerialization.data(withJSONObject: fields), name: "board", place: "flash.json")
  }

  @Test("A description is read strictly, and what is wrong is named")
  func strict() throws {
    #expect(try Self.board().memory?.tools == [.openocd(scripts: ["a.cfg", "b.cfg"])])
    let wrong: [([String: Any], String)] = [
      (["speed": 3], "flash.json: unknown field 'speed'; known are title, core"),
      (["core": "z80"], "core is 'z80'; it must be one of cortex-m0plus"),
      (["page_bytes": 1000], "page_bytes must be a power of two"),
      (["page_bytes": "1024"], "page_bytes must be a number"),
      (["models": ["address": "0x08030000", "bytes": 262144]], "models lies outside of flash"),
      (["models": ["address": "0x08020010", "bytes": 65536]], "models: address and bytes must be multiples"),
      (["models": ["address": 134_217_728, "bytes": 65536]], "models: address must be a text"),
      (["models": ["address": "08020000", "bytes": 65536]], "it must be a text such as \"0x08000000\""),
      (["flash": ["address": "0xffff0000", "bytes": 262144]], "flash: bytes reach beyond 2^32"),
      (["tools": [["tool": "hammer"]]], "tool is 'hammer'; it must be one of openocd"),
      (["tools": [["tool": "openocd"]]], "lacks 'scripts', a text"),
      (["tools": [["tool": "picotool", "chip": "x"]]], "tools 1: unknown field 'chip'"),
      (["firmware": ["image_format_minor": 4, "without_bats": true]], "firmware: unknown field 'without_bats'"),
      (["emulated": true], "unknown field 'flash'"),
    ]
    for (change, words) in wrong {
      let error = #expect(throws: FlashError.self) { try Self.board(change) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    let error = #expect(throws: FlashError.self) { try Board(json: Data("[1]".utf8), name: "b", place: "p") }
    #expect(error?.description == "p: is not a JSON object")
  }

  @Test("The boards of this repository are described, and their firmware reads today's images")
  func repository() throws {
    let folder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../firmware/boards").standardized
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    var real: [String] = []
    for name in names {
      let file = folder.appendingPathComponent("\(name)/flash.json")
      guard let json = try? Data(contentsOf: file) else { continue }
      let board = try Board(json: json, name: name, place: file.path)
      #expect(board.imageMinor == Int(ImageFormat.minorVersion), "\(name)")
      guard let memory = board.memory else { continue }
      real.append(name)
      #expect(SlotLayout(start: 0, length: memory.models.length, pageLength: memory.pageLength) != nil)
    }
    #expect(real == ["esp32-c3", "nrf52840-dk", "nucleo-l4r5zi", "rp2040-pico"])
  }

  @Test("An image that the firmware does not know, or lacks a part for, is refused by name")
  func images() throws {
    let loaded = try LoadedImage(bytes: ImageWriter(SampleGraphs.temporal()).bytes())
    try Self.board().check(loaded.image, place: "m")
    let needed = RuntimePart.needed(by: loaded.image)
    #expect(needed.contains(.convolutions))
    for part in RuntimePart.allCases {
      let board = try Self.board(["firmware": ["image_format_minor": 4, "without_\(part.rawValue)": true]])
      if needed.contains(part) {
        let error = #expect(throws: FlashError.self) { try board.check(loaded.image, place: "m") }
        #expect(
          error?.description.contains("m: needs \(part.title), and the firmware of board was built without") == true)
      } else {
        try board.check(loaded.image, place: "m")
      }
    }
    let older = try Self.board(["firmware": ["image_format_minor": 0]])
    let error = #expect(throws: FlashError.self) { try older.check(loaded.image, place: "m") }
    #expect(error?.description.contains("m: has image format 1.1, and the firmware of board reads up to 1.0") == true)
  }

  @Test("Firmware for another core, or for other addresses, is refused")
  func firmware() throws {
    let board = try Self.board()
    let code = [UInt8](repeating: 7, count: 20)
    #expect(
      try board.firmware(IntelHex.text(code, at: 0x0800_0010), at: nil, place: "f")
        == [FlashPart(address: 0x0800_0000, bytes: [UInt8](repeating: 0xFF, count: 16) + code)])
    #expect(try board.firmware(code, at: nil, place: "f") == [FlashPart(address: 0x0800_0000, bytes: code)])
    #expect(try board.firmware(code, at: 0x0800_0400, place: "f") == [FlashPart(address: 0x0800_0400, bytes: code)])
    let elf = Self.elf(machine: 40, at: 0x0800_0000, code)
    #expect(try board.firmware(elf, at: nil, place: "f") == [FlashPart(address: 0x0800_0000, bytes: code)])
    // Code that start-up copies to RAM is flashed to where it is copied from.
    let copied = Self.elf(machine: 40, at: 0x0800_0000, code, used: 0x2000_0000)
    #expect(try board.firmware(copied, at: nil, place: "f") == [FlashPart(address: 0x0800_0000, bytes: code)])
    let wrong: [([UInt8], UInt32?, String)] = [
      (
        IntelHex.text(code, at: 0x2000_0000), nil,
        "f: has bytes at 0x20000000 to 0x20000013, outside of the flash memory"
      ),
      (IntelHex.text(code, at: 0x0803_FFF0), nil, "outside of the flash memory of board, 0x08000000 to 0x0803ffff"),
      (IntelHex.text(code, at: 0x0800_0000), 0x0800_0000, "f: says itself where it lies; leave out --address"),
      (code, 0x0900_0000, "outside of the flash memory"),
      (Array(":00000001FF\n".utf8), nil, "f: holds nothing that could be flashed"),
      (Array(":0100000001FF\n".utf8), nil, "f: line 1: has a wrong checksum"),
      (Self.elf(machine: 243, at: 0x0800_0000, code), nil, "f: is built for RISC-V, which the cortex-m4f of board"),
      (Self.elf(machine: 62, at: 0x0800_0000, code), nil, "f is for machine 62"),
      (Self.elf(machine: 40, at: 0x1000_0000, code), nil, "outside of the flash memory"),
      (Array(elf.prefix(60)), nil, "f is cut off"),
    ]
    for (bytes, address, words) in wrong {
      let error = #expect(throws: FlashError.self) { try board.firmware(bytes, at: address, place: "f") }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  @Test("Firmware that a boot ROM loads must be its image, and for that chip")
  func bootImages() throws {
    let board = try Self.board(["firmware": ["image_format_minor": 4, "esp_chip_id": 5]])
    let image: [UInt8] = [0xE9, 1, 2, 0x20] + [UInt8](repeating: 0, count: 8) + [5] + [UInt8](repeating: 0, count: 40)
    #expect(try board.firmware(image, at: nil, place: "f") == [FlashPart(address: 0x0800_0000, bytes: image)])
    var other = image
    other[12] = 9
    for (bytes, words) in [
      (other, "f: is built for chip 9 of Espressif's, not for chip 5, that of board"),
      (
        Self.elf(machine: 243, at: 0x0800_0000, image), "f: is no image that the boot ROM of board loads; give the .bin"
      ),
      (Array(image.prefix(24)), "f: is no image"),
    ] {
      let error = #expect(throws: FlashError.self) { try board.firmware(bytes, at: nil, place: "f") }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  /// A linked program of one segment, which lies at `address` and is used there, or at `used`.
  private static func elf(machine: Int, at address: UInt32, _ code: [UInt8], used: Int? = nil) -> [UInt8] {
    func field(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let place = Int(address)
    var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1] + [UInt8](repeating: 0, count: 9)
    file += field(2, 2) + field(machine, 2) + field(1, 4) + field(place, 4) + field(52, 4) + field(0, 4) + field(0, 4)
    file += field(52, 2) + field(32, 2) + field(1, 2) + field(40, 2) + field(0, 2) + field(0, 2)
    file +=
      field(1, 4) + field(84, 4) + field(used ?? place, 4) + field(place, 4) + field(code.count, 4)
      + field(code.count, 4)
    return file + field(5, 4) + field(4, 4) + code
  }

  @Test("What is plugged in is known by its USB identity")
  func connected() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dormouse-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, files) in ["1-2": ["idVendor": "0483\n", "idProduct": "374b\n"], "usb1": ["idVendor": "1d6b\n"]] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
      for (file, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent("\(name)/\(file)")) }
    }
    let identities = ConnectedProbes.identities(in: folder.path)
    #expect(identities == ["0483:374b"])
    #expect(ConnectedProbes.identities(in: folder.path + "/nowhere") == [])
    let boards = [try Self.board(["usb": "0483:1 0483:374b"]), try Self.board(["usb": "1366:1015"]), try Self.board()]
    #expect(ConnectedProbes.boards(boards, identities: identities).count == 1)
  }
}
