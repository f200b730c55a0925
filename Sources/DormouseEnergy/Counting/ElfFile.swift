import Foundation

/// A linked firmware: where its code lies, what its functions are called, which core it was built for.
///
/// Reads 32-bit little-endian executables for Arm and RISC-V ("Tool Interface Standard, Executable and Linking Format",
/// 1.2). The file may be anything: whatever it says is checked before it is used.
public struct ElfFile: Sendable {
  /// The instruction set, as the header names it.
  public enum Machine: Int, Sendable {
    case arm = 40
    case riscV = 243
  }

  /// A function's name and its place.
  public struct Function: Equatable, Sendable {
    /// The symbol.
    public let name: String
    /// Address of the first instruction.
    public let address: UInt64
    /// Bytes; up to the next function if the file does not say.
    public let size: UInt64
  }

  /// The instruction set.
  public let machine: Machine
  /// Functions by address, one an address.
  public let functions: [Function]
  /// Memory that holds its content when the device is switched on: code and constants that are used in place, and what
  /// start-up copies from.
  public let flash: [ClosedRange<UInt64>]
  /// What is loaded where: bytes of the file by the addresses at which they are used, and at which they lie when the device
  /// is switched on, from where start-up may copy them.
  public let segments: [(address: UInt64, load: UInt64, content: ArraySlice<UInt8>)]
  /// What the file says it was built for; nil if it does not say.
  public let architecture: Architecture?

  /// Reads a file.
  ///
  /// - Throws: `CountingError` if it can't be read, or is no firmware for these instruction sets.
  public init(contentsOf file: URL) throws(CountingError) {
    let name = file.lastPathComponent
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw CountingError("\(file.path) can't be read; build it first (firmware/build), or name another file")
    }
    try self.init([UInt8](data), name: name)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - name: what errors call it.
  /// - Throws: `CountingError` if they are no firmware for these instruction sets.
  public init(_ bytes: [UInt8], name: String) throws(CountingError) {
    let reader = ByteReader(bytes: bytes, name: name)
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
      throw CountingError("\(name) is no ELF file; give the linked firmware, not an image of it")
    }
    guard bytes.count >= 52, bytes[4] == 1, bytes[5] == 1 else {
      throw CountingError("\(name) is no 32-bit little-endian ELF file; only those run on the supported cores")
    }
    let number = try reader.number(at: 18, width: 2)
    guard let machine = Machine(rawValue: number) else {
      throw CountingError("\(name) is for machine \(number); 40 (Arm) and 243 (RISC-V) can be counted")
    }
    guard try reader.number(at: 16, width: 2) == 2 else {
      throw CountingError("\(name) is not linked to an executable; link it first")
    }
    self.machine = machine
    (flash, segments) = try ElfFile.load(reader)
    let sections = try ElfSection.all(reader)
    functions = try ElfFile.functions(reader, sections, machine)
    architecture = try Architecture(reader, sections, machine)
  }

  /// The function that an address belongs to.
  public func function(at address: UInt64) -> Function? {
    var (low, high) = (0, functions.count)
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let function = functions[low - 1]
    return address - function.address < function.size ? function : nil
  }

  /// The byte that is loaded at an address.
  func byte(at address: UInt64) -> UInt8? {
    for (start, _, content) in segments where address >= start && address - start < UInt64(content.count) {
      return content[content.startIndex + Int(address - start)]
    }
    return nil
  }

  private static func load(
    _ reader: ByteReader
  ) throws(CountingError) -> (flash: [ClosedRange<UInt64>], segments: [(UInt64, UInt64, ArraySlice<UInt8>)]) {
    let start = try reader.number(at: 28)
    let size = try reader.number(at: 42, width: 2)
    let count = try reader.number(at: 44, width: 2)
    var ranges: [ClosedRange<UInt64>] = []
    var segments: [(UInt64, UInt64, ArraySlice<UInt8>)] = []
    var hasCode = false
    guard count == 0 || size >= 32 else { throw CountingError("\(reader.name) is broken: its segments overlap") }
    for index in 0..<count {
      let header = start + index * size
      guard try reader.number(at: header) == 1 else { continue }
      let load = UInt64(try reader.number(at: header + 12))
      let length = UInt64(try reader.number(at: header + 16))
      if try reader.number(at: header + 24) & 1 != 0 { hasCode = true }
      guard length > 0 else { continue }
      ranges.append(load...(load + length - 1))
      let content = try reader.slice(at: try reader.number(at: header + 4), length: Int(length))
      segments.append((UInt64(try reader.number(at: header + 8)), load, content))
    }
    guard hasCode else { throw CountingError("\(reader.name) holds no code; give the linked firmware") }
    return (joined(ranges), segments)
  }

  /// At most 8 ranges that cover all of them: neighbours become one.
  private static func joined(_ ranges: [ClosedRange<UInt64>]) -> [ClosedRange<UInt64>] {
    var sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
    func gap(_ index: Int) -> UInt64 {
      let (first, second) = (sorted[index].upperBound, sorted[index + 1].lowerBound)
      return second > first ? second - first : 0
    }
    while sorted.count > 1, let index = (0..<(sorted.count - 1)).min(by: { gap($0) < gap($1) }),
      sorted.count > 8 || gap(index) <= 64
    {
      let end = max(sorted[index].upperBound, sorted[index + 1].upperBound)
      sorted.replaceSubrange(index...(index + 1), with: [sorted[index].lowerBound...end])
    }
    return sorted
  }

  private static func functions(
    _ reader: ByteReader, _ sections: [ElfSection], _ machine: Machine
  ) throws(CountingError) -> [Function] {
    var found: [UInt64: (name: String, size: UInt64)] = [:]
    // A file has one table of symbols.
    if let table = sections.first(where: { $0.type == 2 }), sections.indices.contains(table.link) {
      let names = sections[table.link]
      for index in 0..<(table.size / 16) {
        let entry = table.offset + index * 16
        let info = try reader.number(at: entry + 12, width: 1)
        let section = try reader.number(at: entry + 14, width: 2)
        guard sections.indices.contains(section), sections[section].isCode else { continue }
        // A function; or a label of hand-written code that other files see.
        guard info & 15 == 2 || info == 0x10 else { continue }
        let name = reader.text(at: names.offset + (try reader.number(at: entry)), before: names.offset + names.size)
        if name.isEmpty { continue }
        var address = UInt64(try reader.number(at: entry + 4))
        if machine == .arm { address &= ~1 }
        let size = UInt64(try reader.number(at: entry + 8))
        if let other = found[address], other.size > size || other.size == size && other.name <= name { continue }
        found[address] = (name, size)
      }
    }
    let ends = sections.filter(\.isCode).map { UInt64($0.address + $0.size) }
    let sorted = found.sorted { $0.key < $1.key }
    return sorted.indices.map { index in
      let (address, function) = sorted[index]
      let next = index + 1 < sorted.count ? sorted[index + 1].key : .max
      let end = min(next, ends.filter { $0 > address }.min() ?? next)
      return Function(
        name: function.name, address: address, size: function.size > 0 ? function.size : max(end - address, 1))
    }
  }
}
