import Foundation
import Testing

@testable import DormouseEnergy

@Suite("Power profiles") struct ProfileTests {
  static let folder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../power").standardizedFileURL

  static func files(_ kind: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + kind)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted()
  }

  static func data(_ kind: String, _ file: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent("\(kind)/\(file)"))
  }

  @Test(arguments: files("devices")) func everyDeviceIsReadAndSaysWhereItsFiguresAreFrom(file: String) throws {
    let device = try DeviceProfile(json: Self.data("devices", file), place: file)
    #expect(file == device.name.lowercased() + ".json")
    #expect(device.bases.values.reduce(0, +) >= 15)
    for clock in device.clocks { #expect(device.range(at: clock) != nil, "\(clock) MHz") }
    #expect(Set(device.acquire.keys) == Set(DeviceProfile.Interface.allCases))
  }

  @Test(arguments: files("devices")) func everyBoardOfADeviceIsInTheFirmware(file: String) throws {
    let device = try DeviceProfile(json: Self.data("devices", file), place: file)
    let board = Self.folder.appendingPathComponent("../firmware/boards/\(device.board)/board.mk").standardizedFileURL
    #expect(FileManager.default.fileExists(atPath: board.path), "\(board.path)")
  }

  @Test func theSevenDevicesMicrophonesBatteriesAndTheBankAreThere() throws {
    let devices = ["apollo4", "esp32-c3", "gap8", "nrf52840", "rp2040", "stm32l476", "stm32l4r5", "stm32u575"]
    #expect(Self.files("devices") == devices.map { $0 + ".json" })
    for file in Self.files("microphones") { _ = try Microphone(json: Self.data("microphones", file), place: file) }
    for file in Self.files("banks") { _ = try AnalogParts(json: Self.data("banks", file), place: file) }
    for file in Self.files("batteries") { _ = try Battery(json: Self.data("batteries", file), place: file) }
    #expect(Self.files("microphones").count >= 4)
    #expect(Self.files("batteries") == ["2xaa.json", "cr2032.json", "lipo.json"])
  }

  private func changed(_ change: (inout [String: Any]) -> Void) throws -> Data {
    var object =
      try JSONSerialization.jsonObject(with: Self.data("devices", "stm32l476.json")) as? [String: Any] ?? [:]
    change(&object)
    return try JSONSerialization.data(withJSONObject: object)
  }

  private func problem(_ change: (inout [String: Any]) -> Void) throws -> String {
    do {
      _ = try DeviceProfile(json: changed(change), place: "x.json")
      return ""
    } catch let error as PowerError {
      return error.description
    }
  }

  @Test func anUnknownFieldIsNamedWithThoseThatAreKnown() throws {
    let text = try problem { $0["suply"] = 3 }
    #expect(text.hasPrefix("x.json: unknown field 'suply'; known are name, maker,"))
    #expect(!text.contains("\n"))
    let inner = try problem { object in
      var supply = object["supply"] as? [String: Any] ?? [:]
      supply["colour"] = "red"
      object["supply"] = supply
    }
    #expect(inner == "x.json: supply: unknown field 'colour'; known are volts, regulator")
  }

  @Test func figuresNeedAKnownBasisASourceAndOrderedBounds() throws {
    func supply(_ figure: [String: Any]) -> (inout [String: Any]) -> Void {
      { object in
        var flash = object["flash"] as? [String: Any] ?? [:]
        flash["read_pj_per_byte"] = figure
        object["flash"] = flash
      }
    }
    #expect(
      try problem(supply(["typ": 1, "basis": "rumour", "source": "x"])).hasSuffix(
        "basis is 'rumour'; it must be one of document, quoted, unchecked, estimate"))
    #expect(try problem(supply(["typ": 1, "basis": "quoted"])).contains("lacks 'source'"))
    #expect(try problem(supply(["typ": 1, "max": 0.5, "basis": "quoted", "source": "x"])).contains("from min to max"))
    #expect(try problem(supply(["typ": -1, "basis": "quoted", "source": "x"])).contains("is -1; it must be 0 to"))
    #expect(try problem(supply(["typ": "much", "basis": "quoted", "source": "x"])).contains("must be a number"))
  }

  @Test func whatIsMissingOrNoObjectIsSaid() throws {
    #expect(try problem { $0["core"] = nil } == "x.json: lacks 'core', a text")
    #expect(try problem { $0["core"] = "cortex-m99" }.contains("must be one of cortex-m0plus, cortex-m4"))
    #expect(try problem { $0["clocks_mhz"] = [500] }.contains("has 500, which is in no range"))
    #expect(throws: PowerError("y: is not a JSON object")) { try DeviceProfile(json: Data("[1".utf8), place: "y") }
  }

  @Test func aClockThatTheDeviceLacksIsRefusedWithThoseThatItHas() throws {
    let device = try DeviceProfile(json: Self.data("devices", "nrf52840.json"), place: "x")
    #expect(throws: PowerError("nRF52840: has no clock of 128 MHz; choose one of 64")) {
      try device.checked(clock: 128)
    }
    #expect(try device.checked(clock: 64) == 64)
  }

  @Test func waitStatesAreThoseOfTheRangeAtTheClock() throws {
    let device = try DeviceProfile(json: Self.data("devices", "stm32l476.json"), place: "x")
    #expect(device.flash(at: 4).waitStates == 0)
    #expect(device.flash(at: 16).waitStates == 2)
    #expect(device.flash(at: 32).waitStates == 1)
    #expect(device.flash(at: 80).waitStates == 4)
    #expect(device.flash(at: 80).cache)
  }

  @Test func sleepKeepsEnoughRAM() throws {
    let device = try DeviceProfile(json: Self.data("devices", "apollo4.json"), place: "x")
    #expect(try device.sleep(keeping: 8).ramKilobytes == 8)
    #expect(try device.sleep(keeping: 9).ramKilobytes == 384)
    #expect(throws: PowerError.self) { try device.sleep(keeping: 10_000) }
  }
}
