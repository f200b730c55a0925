/// The architecture that a firmware was built for, from the attributes that linkers leave in it.
///
/// Sources: "Addenda to, and Errata in, the ABI for the Arm Architecture" (IHI 0045), section 3.3; "RISC-V ABIs
/// Specification" 1.0, "Attributes".
public enum Architecture: Equatable, Sendable {
  /// `Tag_CPU_arch`: 11 and 12 are Armv6-M, 10 and 13 Armv7-M, 16 and 17 Armv8-M, 21 Armv8.1-M.
  case arm(Int)
  /// Names of extensions, `i`, `m`, `c`, `zbb`, ...
  case riscV(Set<String>)

  /// What people call it.
  public var title: String {
    switch self {
    case .arm(11), .arm(12): "Armv6-M"
    case .arm(10): "Armv7-M"
    case .arm(13): "Armv7E-M"
    case .arm(16): "Armv8-M Baseline"
    case .arm(17): "Armv8-M Mainline"
    case .arm(21): "Armv8.1-M Mainline"
    case .arm(let number): "Arm architecture \(number)"
    case .riscV(let extensions): "RISC-V with \(extensions.sorted().joined(separator: ", "))"
    }
  }

  /// Whether a core runs such code.
  public func runs(on core: Core) -> Bool {
    switch (self, core) {
    case (.arm(let number), .cortexM0Plus): return [11, 12].contains(number)
    case (.arm(let number), .cortexM4), (.arm(let number), .cortexM7): return [10, 11, 12, 13].contains(number)
    case (.arm(let number), .cortexM33): return [10, 11, 12, 13, 16, 17].contains(number)
    case (.arm(let number), .cortexM55): return [10, 11, 12, 13, 16, 17, 21].contains(number)
    case (.riscV(let extensions), .cv32e40p): return extensions.isSubset(of: Architecture.basic)
    case (.riscV(let extensions), .ibex): return extensions.isSubset(of: Architecture.basic.union(Architecture.bits))
    default: return false
    }
  }

  private static let basic: Set<String> = ["i", "m", "c", "zicsr", "zifencei", "zmmul", "zca", "zicntr", "zihpm"]
  private static let bits: Set<String> = ["b", "zba", "zbb", "zbc", "zbs"]

  /// Nil if the file has no such attributes.
  init?(_ reader: ByteReader, _ sections: [ElfSection], _ machine: ElfFile.Machine) throws(CountingError) {
    guard let section = sections.first(where: { $0.type == 0x7000_0003 }) else { return nil }
    var attributes = Attributes(bytes: Array(try reader.slice(at: section.offset, length: section.size)))
    switch machine {
    case .arm:
      guard case .number(let value)? = attributes.value(of: 6, vendor: "aeabi") else { return nil }
      self = .arm(value)
    case .riscV:
      guard case .text(let value)? = attributes.value(of: 5, vendor: "riscv") else { return nil }
      self = .riscV(Architecture.extensions(value))
    }
  }

  /// The extensions in `rv32i2p1_m2p0_zbb1p0`.
  private static func extensions(_ text: String) -> Set<String> {
    let parts = text.dropFirst(4).split(separator: "_").map { part in
      // Versions follow: digits, or digits, `p` and digits.
      var name = part
      while let last = name.last, last.isNumber { name = name.dropLast() }
      if name.count > 1, name.last == "p", name.dropLast().last?.isNumber == true {
        name = name.dropLast()
        while let last = name.last, last.isNumber { name = name.dropLast() }
      }
      return String(name)
    }
    return Set(parts.flatMap { $0.hasPrefix("z") || $0.hasPrefix("x") || $0.count == 1 ? [$0] : $0.map(String.init) })
  }
}

/// Build attributes: a version byte, then subsections of a length, a vendor and, for the whole file, tags and values.
private struct Attributes {
  enum Value { case number(Int), text(String) }
  let bytes: [UInt8]
  private var position = 1

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func value(of wanted: Int, vendor: String) -> Value? {
    position = 1
    while position + 4 <= bytes.count {
      let end = min(position + length(), bytes.count)
      let start = position
      position += 4
      let name = text()
      // Tag 1: of the whole file; then the length of its attributes.
      if name == vendor, number() == 1 {
        position += 4
        while position < end {
          let tag = number()
          let isText = vendor == "riscv" ? tag % 2 == 1 : tag == 4 || tag == 5 || tag > 32 && tag % 2 == 1
          if tag == 32 { _ = number() }
          let value: Value = isText || tag == 32 ? .text(text()) : .number(number())
          if tag == wanted { return value }
        }
      }
      guard end > start else { return nil }
      position = end
    }
    return nil
  }

  private func length() -> Int {
    (0..<4).reversed().reduce(0) { $0 << 8 | Int(bytes[position + $1]) }
  }

  private mutating func number() -> Int {
    var (value, shift) = (0, 0)
    while position < bytes.count {
      let byte = Int(bytes[position])
      position += 1
      if shift < 28 { value |= byte & 0x7F << shift }
      shift += 7
      if byte & 0x80 == 0 { break }
    }
    return value
  }

  private mutating func text() -> String {
    let rest = bytes[min(position, bytes.count)...].prefix { $0 != 0 }
    position = min(rest.endIndex + 1, bytes.count)
    return String(decoding: rest, as: UTF8.self)
  }
}
