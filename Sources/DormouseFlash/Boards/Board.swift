import DormouseEnergy
import Foundation

/// A board that models and firmware are brought to: what `firmware/boards/NAME/flash.json` holds.
public struct Board: Sendable {
  /// A range of addresses.
  public struct Region: Sendable, Equatable {
    /// Of the first byte.
    public let address: UInt32
    /// Bytes, 1 or more; the region ends at or below 2^32.
    public let length: Int

    /// Address behind the last byte.
    public var end: UInt64 { UInt64(address) + UInt64(length) }

    /// Whether `other` lies within.
    public func holds(_ start: UInt32, _ end: UInt64) -> Bool { start >= address && end <= self.end }

    /// For people.
    public var text: String { "\(Board.text(address)) to \(Board.text(UInt32(end - 1)))" }
  }

  /// The flash memory of a real board.
  public struct Memory: Sendable {
    /// All of it, where the core sees it.
    public let flash: Region
    /// What models take: the image alone at its start, or two slots and their journal as `SlotLayout` divides it.
    public let models: Region
    /// Bytes that are erased together.
    public let pageLength: Int
    /// Bytes that are programmed together.
    public let unitLength: Int
    /// What brings bytes there, the preferred one first.
    public let tools: [ProbeTool]
    /// USB identities, `vendor:product`, of the probe on the board or of the board itself.
    public let usb: [String]
  }

  /// Name of its folder.
  public let name: String
  /// What people call it.
  public let title: String
  /// What its core runs.
  public let core: BoardCore
  /// Highest minor version of the image format that its firmware reads.
  public let imageMinor: Int
  /// What its firmware was built without.
  public let without: Set<RuntimePart>
  /// What firmware must say that it is for, where a boot ROM of Espressif's loads it; nil elsewhere.
  public let espChip: Int?
  /// Nil if the board is emulated: its flash memory is a file (`FlashFile`).
  public let memory: Memory?

  /// Reads a description.
  ///
  /// - Parameters:
  ///   - json: the file's bytes.
  ///   - name: the board's.
  ///   - place: what errors call the file.
  public init(json: Data, name: String, place: String) throws(FlashError) {
    do {
      self = try Fields(json: json, place: place).whole { fields throws(PowerError) in try Board(fields, name: name) }
    } catch {
      throw FlashError(error.description)
    }
  }

  private init(_ fields: Fields, name: String) throws(PowerError) {
    self.name = name
    title = try fields.text("title")
    core = try fields.choice("core", BoardCore.self)
    (imageMinor, espChip, without) = try fields.object("firmware") { fields throws(PowerError) in
      let minor = Int(try fields.number("image_format_minor", 0...65535))
      let chip = try fields.has("esp_chip_id") ? Int(fields.number("esp_chip_id", 0...65535)) : nil
      var parts: Set<RuntimePart> = []
      for part in RuntimePart.allCases where try fields.flag("without_\(part.rawValue)") { parts.insert(part) }
      return (minor, chip, parts)
    }
    if try fields.flag("emulated") {
      memory = nil
      return
    }
    let page = try Board.power(fields, "page_bytes", 256...65536)
    let unit = try Board.power(fields, "unit_bytes", 4...256)
    let flash = try Board.region(fields, "flash", page: page)
    let models = try Board.region(fields, "models", page: page)
    guard flash.holds(models.address, models.end) else { throw fields.problem("models", "lies outside of flash") }
    let tools = try fields.objects("tools") { fields throws(PowerError) in try ProbeTool(fields) }
    memory = Memory(
      flash: flash, models: models, pageLength: page, unitLength: unit, tools: tools,
      usb: try fields.has("usb") ? fields.text("usb").split(separator: " ").map(String.init) : [])
  }

  private static func power(_ fields: Fields, _ key: String, _ range: ClosedRange<Double>) throws(PowerError) -> Int {
    let value = Int(try fields.number(key, range))
    guard value & (value - 1) == 0 else { throw fields.problem(key, "must be a power of two") }
    return value
  }

  private static func region(_ fields: Fields, _ key: String, page: Int) throws(PowerError) -> Region {
    try fields.object(key) { fields throws(PowerError) in
      let address = try Board.address(fields, "address")
      let length = Int(try fields.number("bytes", Double(page)...Double(1 << 28)))
      guard Int(address) % page == 0, length % page == 0 else {
        throw fields.problem("address", "and bytes must be multiples of page_bytes")
      }
      guard UInt64(address) + UInt64(length) <= 1 << 32 else { throw fields.problem("bytes", "reach beyond 2^32") }
      return Region(address: address, length: length)
    }
  }

  /// A text such as "0x08000000".
  static func address(_ fields: Fields, _ key: String) throws(PowerError) -> UInt32 {
    let text = try fields.text(key)
    guard text.hasPrefix("0x"), let value = UInt32(text.dropFirst(2), radix: 16) else {
      throw fields.problem(key, "is '\(text)'; it must be a text such as \"0x08000000\"")
    }
    return value
  }

  /// An address as all tools read it: 0x and eight digits.
  public static func text(_ address: UInt32) -> String {
    let digits = String(address, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
