import Dormouse
import DormouseEnergy
import DormouseExport
import DormouseModel

extension Board {
  /// Refuses an image that the board's firmware can't run, before anything is written.
  ///
  /// - Parameters:
  ///   - image: sound, and with a front end.
  ///   - place: what errors call it.
  public func check(_ image: ModelImage, place: String) throws(FlashError) {
    let minor = Int(image.header.minorVersion)
    guard minor <= imageMinor else {
      let (its, firmware) = ("\(ImageFormat.majorVersion).\(minor)", "\(ImageFormat.majorVersion).\(imageMinor)")
      throw FlashError(
        "\(place): has image format \(its), and the firmware of \(name) reads up to \(firmware); "
          + "bring newer firmware first"
      )
    }
    let missing = RuntimePart.needed(by: image).intersection(without).sorted { $0.rawValue < $1.rawValue }
    if let part = missing.first {
      throw FlashError(
        "\(place): needs \(part.title), and the firmware of \(name) was built without; choose another model, or build "
          + "the firmware with it")
    }
  }

  /// Reads firmware, and refuses what the board's core does not run or what does not lie in its flash memory.
  ///
  /// - Parameters:
  ///   - bytes: an ELF file, Intel HEX, or memory as it is, which goes to `address`.
  ///   - address: only of memory as it is; nil for the start of flash.
  ///   - place: what errors call it.
  /// - Returns: parts, each of which begins at a multiple of 256, and no two of which share a page.
  public func firmware(_ bytes: [UInt8], at address: UInt32?, place: String) throws(FlashError) -> [FlashPart] {
    guard let memory else {
      throw FlashError(
        "\(name) is emulated: its firmware is handed to the emulator, by firmware/run \(name), not flashed")
    }
    if let espChip { try checkImage(bytes, for: espChip, place) }
    let isElf = bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46])
    let isHex = bytes.first == UInt8(ascii: ":")
    guard !(isElf || isHex) || address == nil else {
      throw FlashError("\(place): says itself where it lies; leave out --address")
    }
    let parts =
      isElf
      ? try elf(bytes, place)
      : isHex ? try hex(bytes, place) : [FlashPart(address: address ?? memory.flash.address, bytes: bytes)]
    guard let joined = FlashPart.joined(parts, page: memory.pageLength, alignment: 256) else {
      throw FlashError("\(place): is broken: two of its parts lie at the same address")
    }
    guard !joined.isEmpty else { throw FlashError("\(place): holds nothing that could be flashed") }
    for part in joined where !memory.flash.holds(part.address, part.end) {
      let range = "\(Board.text(part.address)) to \(Board.text(UInt32(truncatingIfNeeded: part.end - 1)))"
      throw FlashError(
        "\(place): has bytes at \(range), outside of the flash memory of \(name), \(memory.flash.text); is it firmware "
          + "for another board?")
    }
    return joined
  }

  /// Firmware that a boot ROM of Espressif's loads begins with a header ("ESP-IDF Programming Guide", App Image Format):
  /// 0xE9 first, and the chip that it is for in bytes 12 and 13.
  private func checkImage(_ bytes: [UInt8], for chip: Int, _ place: String) throws(FlashError) {
    guard bytes.count > 24, bytes[0] == 0xE9 else {
      throw FlashError(
        "\(place): is no image that the boot ROM of \(name) loads; give the .bin that the build leaves beside the ELF file"
      )
    }
    let its = Int(bytes[12]) | Int(bytes[13]) << 8
    guard its == chip else {
      throw FlashError("\(place): is built for chip \(its) of Espressif's, not for chip \(chip), that of \(name)")
    }
  }

  private func elf(_ bytes: [UInt8], _ place: String) throws(FlashError) -> [FlashPart] {
    do {
      let file = try ElfFile(bytes, name: place)
      guard core.runs(file.machine), file.architecture.map(core.runs) ?? true else {
        let built = file.architecture?.title ?? (file.machine == .riscV ? "RISC-V" : "Arm")
        throw FlashError("\(place): is built for \(built), which the \(core.rawValue) of \(name) does not run")
      }
      var parts: [FlashPart] = []
      for segment in file.segments {
        guard let address = UInt32(exactly: segment.load), UInt64(address) + UInt64(segment.content.count) <= 1 << 32
        else { throw FlashError("\(place): is broken: it reaches beyond 2^32") }
        parts.append(FlashPart(address: address, bytes: Array(segment.content)))
      }
      return parts
    } catch let error as FlashError {
      throw error
    } catch let error as CountingError {
      throw FlashError(error.description)
    } catch {
      throw FlashError("\(place): \(error)")
    }
  }

  private func hex(_ bytes: [UInt8], _ place: String) throws(FlashError) -> [FlashPart] {
    do throws(IntelHex.ReadError) {
      return try IntelHex.parts(bytes)
    } catch {
      throw FlashError("\(place): \(error.description)")
    }
  }
}
