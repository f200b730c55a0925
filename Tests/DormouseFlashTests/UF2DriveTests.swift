import DormouseFlash
import Foundation
import Testing

@Suite("UF2 drives")
struct UF2DriveTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "dormouse uf2 \(UUID().uuidString)")

  private func drive(_ name: String, _ info: String) throws -> String {
    let place = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try Data(info.utf8).write(to: place.appendingPathComponent("INFO_UF2.TXT"))
    return place.path
  }

  @Test("The one drive of the board's kind is found among all that is mounted")
  func finding() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let pico = try drive("a", "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n")
    let other = try drive("b", "UF2 Bootloader\nBoard-ID: SAMD21\n")
    func line(_ path: String) -> String {
      "/dev/sdb1 \(path.replacingOccurrences(of: " ", with: "\\040")) vfat rw 0 0\n"
    }
    let mounts = "proc /proc proc rw 0 0\n" + line(other) + line(pico)
    #expect(try UF2Drive(boardID: "RPI-RP2", mounts: mounts).folder == pico)
    for (mounts, words) in [
      ("", "no drive of a RPI-RP2 is mounted; hold BOOTSEL"), (line(other), "no drive of a RPI-RP2"),
      (mounts + line(pico), "more than one drive is mounted"),
    ] {
      let error = #expect(throws: FlashError.self) { try UF2Drive(boardID: "RPI-RP2", mounts: mounts) }
      #expect(error?.description.contains(words) == true)
    }
    let wrong = #expect(throws: FlashError.self) { try UF2Drive(at: other, boardID: "RPI-RP2") }
    #expect(wrong?.description.contains("is the drive of a SAMD21, not of a RPI-RP2") == true)
    try UF2Drive(at: pico, boardID: "RPI-RP2").copy("model.uf2", [1, 2, 3])
    #expect(FileManager.default.contents(atPath: pico + "/model.uf2") == Data([1, 2, 3]))
    let full = #expect(throws: FlashError.self) { try UF2Drive(at: pico, boardID: "RPI-RP2").copy("no/model.uf2", [1]) }
    #expect(full?.description.contains("No such file") == true)
  }
}
