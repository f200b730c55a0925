import Dormouse
import DormouseModel
import DormouseMutation
import Testing

/// One way to break an image, and the rule that must catch it.
struct Breakage: Sendable, CustomTestStringConvertible {
  let name: String
  let reason: ImageError.Reason
  let section: SectionKind
  /// Breaks the temporal sample; derived values stay as they are, length and checksum are made right afterwards.
  let change: @Sendable (inout ImageBytes) -> Void
  /// Whether length and checksum are made right.
  var sealed = true
  /// Whether it is about the sample with narrow weights.
  var isNarrow = false
  /// Whether it is about the sample with bits and int16.
  var isBinary = false

  var testDescription: String { name }
}

@Suite("Every rule of the image format is enforced") struct ImageRuleTests {
  // Layers of the temporal sample: 0 convolution, 1 depthwise, 2 convolution, 3 add, 4 max pool, 5 concatenation,
  // 6 average pool, 7 dense. Tensor 0 is the input, tensor n + 1 the output of layer n.
  static let breakages: [Breakage] = [
    Breakage(
      name: "cut in the header", reason: .tooShort, section: .header,
      change: { $0.bytes.removeLast($0.bytes.count - 31) }, sealed: false),
    Breakage(name: "empty", reason: .tooShort, section: .header, change: { $0.bytes = [] }, sealed: false),
    Breakage(name: "other magic", reason: .badMagic, section: .header, change: { $0.store(UInt8(0), at: 0) }),
    Breakage(name: "version 2", reason: .unsupportedVersion, section: .header, change: { $0.store(UInt16(2), at: 4) }),
    Breakage(
      name: "cut in the body", reason: .lengthMismatch, section: .header, change: { $0.bytes.removeLast() },
      sealed: false),
    Breakage(
      name: "one flipped bit", reason: .checksumMismatch, section: .header, change: { $0.bytes[200] ^= 1 },
      sealed: false),
    Breakage(
      name: "reserved word of the header", reason: .reservedNotZero, section: .header,
      change: { $0.store(UInt8(1), at: 24) }),
    Breakage(name: "nine sections", reason: .badCount, section: .header, change: { $0.store(UInt32(9), at: 16) }),
    Breakage(
      name: "section of kind 9", reason: .unknownSection, section: .header, change: { $0.store(UInt32(9), at: 32) }),
    Breakage(
      name: "section of kind 0", reason: .unknownSection, section: .header, change: { $0.store(UInt32(0), at: 32) }),
    Breakage(
      name: "two sections of one kind", reason: .duplicateSection, section: .header,
      change: { $0.store($0.load(UInt32.self, at: 32), at: 48) }),
    Breakage(
      name: "section at an odd place", reason: .misaligned, section: .header,
      change: { $0.store($0.load(UInt32.self, at: 36) + 4, at: 36) }),
    Breakage(
      name: "section beyond the end", reason: .outOfBounds, section: .header,
      change: { $0.store(UInt32(0x7FFF_FFF0), at: 36) }),
    Breakage(
      name: "section longer than the file", reason: .outOfBounds, section: .header,
      change: { $0.store(UInt32.max, at: 40) }),
    Breakage(
      name: "section over the section table", reason: .overlap, section: .header,
      change: { $0.store(UInt32(32), at: 36) }),
    Breakage(
      name: "section over its neighbour", reason: .overlap, section: .header,
      change: { $0.store($0.load(UInt32.self, at: 36), at: 52) }),
    Breakage(name: "no layers", reason: .badCount, section: .header, change: { $0.setSection(.program, count: 0) }),
    Breakage(name: "no detector", reason: .missingSection, section: .detector, change: { $0.dropLastSection() }),
    Breakage(
      name: "layers beyond their section", reason: .lengthMismatch, section: .program,
      change: { $0.setSection(.program, count: 9) }),
    Breakage(
      name: "tensors beyond their section", reason: .lengthMismatch, section: .tensors,
      change: { $0.setSection(.tensors, count: 10) }),
    Breakage(
      name: "three strings of identity", reason: .badCount, section: .identity,
      change: { $0.setSection(.identity, count: 3) }),
    Breakage(
      name: "tensor of an unknown type", reason: .badType, section: .tensors,
      change: { $0.set(.tensors, 2, 0, UInt8(7)) }),
    Breakage(
      name: "tensor without rows", reason: .badShape, section: .tensors, change: { $0.set(.tensors, 2, 6, UInt16(0)) }),
    Breakage(
      name: "tensor of 2^48 elements", reason: .badShape, section: .tensors,
      change: { for byte in 0..<6 { $0.set(.tensors, 2, 6 + byte, UInt8.max) } }),
    Breakage(
      name: "tensor at an odd place", reason: .misaligned, section: .tensors,
      change: { $0.set(.tensors, 2, 12, UInt32(8)) }),
    Breakage(
      name: "tensor beyond the arena", reason: .outOfBounds, section: .tensors,
      change: { $0.set(.tensors, 2, 12, UInt32(0x7FFF_FFF0)) }),
    Breakage(
      name: "tensors on one another", reason: .overlap, section: .tensors,
      change: { $0.set(.tensors, 2, 12, $0.get(.tensors, 1, 12, UInt32.self)) }),
    Breakage(
      name: "scratch on a tensor", reason: .overlap, section: .tensors,
      change: { $0.set(.tensors, 0, 12, $0.get(.program, 0, 56, UInt32.self)) }),
    Breakage(
      name: "scale of zero", reason: .badMultiplier, section: .tensors, change: { $0.set(.tensors, 2, 16, UInt32(0)) }),
    Breakage(
      name: "lifetime beyond the program", reason: .badValue, section: .tensors,
      change: { $0.set(.tensors, 2, 4, UInt16(8)) }),
    Breakage(
      name: "lifetime that ends before it begins", reason: .badValue, section: .tensors,
      change: { $0.set(.tensors, 2, 4, UInt16(0)) }),
    Breakage(
      name: "reserved word of a tensor", reason: .reservedNotZero, section: .tensors,
      change: { $0.set(.tensors, 2, 28, UInt32(1)) }),
    Breakage(
      name: "home in a region that is empty", reason: .outOfBounds, section: .tensors,
      change: { $0.set(.tensors, 2, 24, UInt32(1)) }),
    Breakage(
      name: "home of no kind", reason: .outOfBounds, section: .tensors,
      change: { $0.set(.tensors, 2, 24, UInt32(3)) }),
    Breakage(
      name: "rounding of no kind", reason: .badValue, section: .program,
      change: { $0.set(.program, 1, 68, UInt32(2)) }),
    Breakage(
      name: "tensor of another writer", reason: .readBeforeWrite, section: .tensors,
      change: { $0.set(.tensors, 2, 2, UInt16(0)) }),
    Breakage(
      name: "layer that reads its own output", reason: .readBeforeWrite, section: .program,
      change: { $0.set(.program, 1, 4, UInt16(2)) }),
    Breakage(
      name: "layer that reads a tensor after its lifetime", reason: .readBeforeWrite, section: .program,
      change: { $0.set(.program, 7, 4, UInt16(1)) }),
    Breakage(
      name: "layer that overwrites the input", reason: .readBeforeWrite, section: .tensors,
      change: { $0.set(.program, 7, 12, UInt16(0)) }),
    Breakage(
      name: "layer that reads tensor 9", reason: .badTensorIndex, section: .program,
      change: { $0.set(.program, 1, 4, UInt16(9)) }),
    Breakage(
      name: "layer that writes tensor 65535", reason: .readBeforeWrite, section: .tensors,
      change: { $0.set(.program, 1, 12, UInt16.max) }),
    Breakage(name: "input tensor 9", reason: .badTensorIndex, section: .program, change: { $0.setHead(0, UInt16(9)) }),
    Breakage(name: "output tensor 9", reason: .badTensorIndex, section: .program, change: { $0.setHead(2, UInt16(9)) }),
    Breakage(name: "output that ends early", reason: .badCount, section: .labels, change: { $0.setHead(2, UInt16(1)) }),
    Breakage(name: "no context", reason: .badValue, section: .program, change: { $0.setHead(4, UInt16(0)) }),
    Breakage(
      name: "context of another length", reason: .badShape, section: .program, change: { $0.setHead(4, UInt16(21)) }),
    Breakage(name: "no stride", reason: .badValue, section: .program, change: { $0.setHead(6, UInt16(0)) }),
    Breakage(
      name: "operation 99", reason: .unsupportedOperation, section: .program,
      change: { $0.set(.program, 0, 0, UInt8(99)) }),
    Breakage(
      name: "encoding 77", reason: .unsupportedEncoding, section: .program,
      change: { $0.set(.program, 0, 1, UInt8(77)) }),
    Breakage(
      name: "depthwise weights in rows", reason: .unsupportedEncoding, section: .program,
      change: { $0.set(.program, 1, 2, UInt8(1)) }),
    Breakage(
      name: "add of one tensor", reason: .badCount, section: .program, change: { $0.set(.program, 3, 14, UInt16(1)) }),
    Breakage(
      name: "concatenation of five", reason: .badCount, section: .program,
      change: { $0.set(.program, 5, 14, UInt16(5)) }),
    Breakage(
      name: "concatenation along axis 3", reason: .badShape, section: .program,
      change: { $0.set(.program, 5, 3, UInt8(3)) }),
    Breakage(
      name: "concatenation that is too short", reason: .badShape, section: .program,
      change: { $0.set(.program, 5, 3, UInt8(0)) }),
    Breakage(
      name: "kernel without rows", reason: .badShape, section: .program, change: { $0.set(.program, 0, 16, UInt16(0)) }),
    Breakage(
      name: "kernel of 65535 rows", reason: .badValue, section: .program,
      change: { $0.set(.program, 0, 16, UInt16.max) }),
    Breakage(
      name: "pool that lies in the padding", reason: .badShape, section: .program,
      change: { $0.set(.program, 4, 28, UInt16(3)) }),
    Breakage(
      name: "clamp upside down", reason: .badValue, section: .program,
      change: {
        $0.set(.program, 0, 32, Int8(127)); $0.set(.program, 0, 33, Int8(-128))
      }),
    Breakage(
      name: "reserved word of a layer", reason: .reservedNotZero, section: .program,
      change: { $0.set(.program, 0, 64, UInt8(1)) }),
    Breakage(
      name: "pool that changes the zero point", reason: .badMultiplier, section: .program,
      change: { $0.set(.tensors, 7, 1, Int8(33)) }),
    Breakage(
      name: "less scratch than the kernel wants", reason: .lengthMismatch, section: .program,
      change: { $0.set(.program, 0, 60, UInt32(16)) }),
    Breakage(
      name: "scratch at an odd place", reason: .misaligned, section: .program,
      change: { $0.set(.program, 0, 56, UInt32(4)) }),
    Breakage(
      name: "scratch beyond the arena", reason: .outOfBounds, section: .program,
      change: { $0.set(.program, 0, 56, UInt32(0xFFFF_FFF0)) }),
    Breakage(
      name: "row stride of 4", reason: .lengthMismatch, section: .program,
      change: { $0.set(.program, 0, 40, UInt32(4)) }),
    Breakage(
      name: "weights beyond their section", reason: .outOfBounds, section: .program,
      change: { $0.set(.program, 0, 36, UInt32(0xFFFF_FFF0)) }),
    Breakage(
      name: "biases beyond their section", reason: .outOfBounds, section: .program,
      change: { $0.set(.program, 7, 44, $0.section(.weights)!.length) }),
    Breakage(
      name: "weights at an odd place", reason: .misaligned, section: .program,
      change: { $0.set(.program, 0, 36, UInt32(4)) }),
    Breakage(
      name: "negative multiplier", reason: .badMultiplier, section: .program,
      change: { $0.setConstant(layer: 0, field: 48, Int32(-1)) }),
    Breakage(
      name: "shift of 31", reason: .badMultiplier, section: .program,
      change: { $0.setConstant(layer: 0, field: 52, Int32(31)) }),
    Breakage(
      name: "add that shifts left", reason: .badMultiplier, section: .program,
      change: { $0.setConstant(layer: 3, field: 52, Int32(1)) }),
    Breakage(
      name: "bias at the edge of Int32", reason: .accumulatorOverflow, section: .weights,
      change: { $0.setConstant(layer: 0, field: 44, Int32.max) }),
    Breakage(
      name: "least bias", reason: .accumulatorOverflow, section: .weights,
      change: { $0.setConstant(layer: 0, field: 44, Int32.min) }),
    Breakage(
      name: "requantization that overflows", reason: .accumulatorOverflow, section: .weights,
      change: { $0.setConstant(layer: 0, field: 52, Int32(30)) }),
    Breakage(
      name: "weights in the padding of a row", reason: .reservedNotZero, section: .weights,
      change: { $0.setConstant(layer: 0, field: 36, UInt8(1), byte: 30) }),
    Breakage(
      name: "label without letters", reason: .badCount, section: .labels, change: { $0.set(.labels, 0, 2, UInt16(0)) }),
    Breakage(
      name: "label beyond its section", reason: .outOfBounds, section: .labels,
      change: { $0.set(.labels, 0, 0, UInt16.max) }),
    Breakage(
      name: "label inside the list", reason: .outOfBounds, section: .labels,
      change: { $0.set(.labels, 0, 0, UInt16(4)) }),
    Breakage(name: "control character", reason: .badText, section: .labels, change: { $0.setText(7) }),
    Breakage(name: "half a character", reason: .badText, section: .labels, change: { $0.setText(0xC3) }),
    Breakage(
      name: "byte that UTF-8 never has", reason: .badText, section: .identity,
      change: { $0.store(UInt8(0xFF), at: $0.place(.identity) + 8) }),
    Breakage(name: "label count", reason: .badCount, section: .detector, change: { $0.setDetector(2, UInt16(5)) }),
    Breakage(name: "smoothing of 0", reason: .badValue, section: .detector, change: { $0.setDetector(0, UInt16(0)) }),
    Breakage(name: "smoothing of 65", reason: .badValue, section: .detector, change: { $0.setDetector(0, UInt16(65)) }),
    Breakage(
      name: "posterior that overflows", reason: .badMultiplier, section: .detector,
      change: { $0.setDetector(12, Int32(23)) }),
    Breakage(
      name: "reserved word of the detector", reason: .reservedNotZero, section: .detector,
      change: { $0.setDetector(16, UInt32(1)) }),
    Breakage(
      name: "run of no inferences", reason: .badValue, section: .detector,
      change: { $0.set(.detector, 1, 2, UInt16(0)) }),
    Breakage(
      name: "reserved word of a keyword", reason: .reservedNotZero, section: .detector,
      change: { $0.set(.detector, 1, 4, UInt32(1)) }),
    Breakage(
      name: "front end of 11 kHz", reason: .badValue, section: .frontEnd,
      change: { $0.set(.frontEnd, 0, 4, UInt32(11025)) }),
    Breakage(
      name: "arena one byte short", reason: .arenaLengthMismatch, section: .header,
      change: { $0.store($0.load(UInt32.self, at: 20) - 1, at: 20) }),
    Breakage(
      name: "arena of 16 bytes more", reason: .arenaLengthMismatch, section: .header,
      change: { $0.store($0.load(UInt32.self, at: 20) + 16, at: 20) }),
  ]

  // Layers of the sample with narrow weights, 40-9-5-3: 0 int4, 1 ternary, 2 codebook2.
  static let narrowBreakages: [Breakage] = [
    Breakage(
      name: "encoding of a later version", reason: .unsupportedEncoding, section: .program,
      change: { $0.set(.program, 0, 1, UInt8(19)) }, isNarrow: true),
    Breakage(
      name: "int4 in rows of bytes", reason: .unsupportedEncoding, section: .program,
      change: { $0.set(.program, 0, 2, UInt8(1)) }, isNarrow: true),
    Breakage(
      name: "no encoding for weights", reason: .unsupportedEncoding, section: .program,
      change: { $0.set(.program, 0, 1, UInt8(0)) }, isNarrow: true),
    Breakage(
      name: "row stride of another encoding", reason: .lengthMismatch, section: .program,
      change: { $0.set(.program, 0, 1, UInt8(5)) }, isNarrow: true),
    Breakage(
      name: "-8 in int4", reason: .badWeight, section: .weights,
      change: { $0.setConstant(layer: 0, field: 36, UInt32(0)) }, isNarrow: true),
    Breakage(
      name: "3 in ternary", reason: .badWeight, section: .weights,
      change: { $0.setConstant(layer: 1, field: 36, UInt32.max) }, isNarrow: true),
    Breakage(
      name: "columns beyond the last", reason: .reservedNotZero, section: .weights,
      change: { $0.setConstant(layer: 0, field: 36, UInt32(0xF), byte: 32 + 8 * 3) }, isNarrow: true),
    Breakage(
      name: "a row beyond the last", reason: .reservedNotZero, section: .weights,
      change: { $0.setConstant(layer: 0, field: 36, UInt32(1), byte: 4 * 64 + 4) }, isNarrow: true),
    Breakage(
      name: "codebook of an encoding without one", reason: .reservedNotZero, section: .program,
      change: { $0.set(.program, 0, 64, UInt32(16)) }, isNarrow: true),
    Breakage(
      name: "codebook beyond its section", reason: .outOfBounds, section: .program,
      change: { $0.set(.program, 2, 64, $0.section(.weights)!.length) }, isNarrow: true),
    Breakage(
      name: "codebook at an odd place", reason: .misaligned, section: .program,
      change: { $0.set(.program, 2, 64, UInt32(4)) }, isNarrow: true),
  ]

  static let intact = try? ImageWriter(SampleGraphs.temporal()).bytes()
  static let binary = try? ImageWriter(SampleGraphs.binary()).bytes()
  static let narrow = try? ImageWriter(
    SampleGraphs.dense([40, 9, 5, 3], encodings: [.int4, .ternary, .codebook2])
  ).bytes()

  @Test(arguments: breakages + narrowBreakages + BinaryBreakages.all) func isRefused(breakage: Breakage) throws {
    let intact = breakage.isBinary ? Self.binary : breakage.isNarrow ? Self.narrow : Self.intact
    var image = ImageBytes(intact: try #require(intact))
    breakage.change(&image)
    if breakage.sealed { image.seal() }
    do throws(ImageError) {
      try LoadedImage.validate(image.bytes)
      Issue.record("the image was accepted")
    } catch {
      #expect(error.reason == breakage.reason)
      #expect(error.section == breakage.section)
      #expect(error.offset >= 0 && error.offset <= max(image.bytes.count, 32))
      #expect(error.plainWords.contains(error.section.title))
    }
  }

  @Test func everyReasonHasABreakage() {
    let breakages = Self.breakages + Self.narrowBreakages + BinaryBreakages.all
    var reasons = Set(breakages.map(\.reason.rawValue))
    // These three are about memory, not about the image: tested below and with the spotter.
    reasons.formUnion([ImageError.Reason.arenaTooSmall.rawValue, ImageError.Reason.arenaMisaligned.rawValue])
    // 28 is about the build: `tools/tests/test_missing_parts.py` builds firmware without parts.
    #expect(reasons == Set(1...27))
    print("\(breakages.count) ways to break an image, \(reasons.count) reasons")
  }

  @Test func partsThatABuildLeftOutAreNamedByTheirConditions() {
    let text = ImageError(.tensors, at: 96, .partMissing).plainWords
    #expect(text.hasPrefix("section tensors, offset 0x60: the image needs a part of the runtime"))
    #expect(text.contains("DORMOUSE_WITHOUT_BITS, _ANALOG or _CASCADE"))
  }

  @Test func misalignedMemoryIsRefused() throws {
    let bytes = try #require(Self.intact)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 8, alignment: 16)
    defer { memory.deallocate() }
    UnsafeMutableRawBufferPointer(rebasing: memory[8...]).copyBytes(from: bytes)
    #expect(throws: ImageError(.header, at: 0, .misaligned)) {
      _ = try ModelImage(validating: UnsafeRawPointer(memory.baseAddress!) + 8, length: bytes.count)
    }
  }

  @Test func arenaOfOneByteLessOrAtAnOddPlaceIsRefused() throws {
    let loaded = try LoadedImage(bytes: try #require(Self.intact))
    let length = loaded.image.arenaLength
    let arena = UnsafeMutableRawBufferPointer.allocate(byteCount: length + 16, alignment: 16)
    defer { arena.deallocate() }
    let base = try #require(arena.baseAddress)
    #expect(throws: ImageError(.header, at: 0, .arenaTooSmall)) {
      _ = try Spotter(image: loaded.image, arena: base, arenaLength: length - 1)
    }
    #expect(throws: ImageError(.header, at: 0, .arenaMisaligned)) {
      _ = try Spotter(image: loaded.image, arena: base + 4, arenaLength: length)
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let bytes = try #require(Self.intact)
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: ImageError.self) { try LoadedImage.validate(Array(bytes.prefix(length))) }
    }
  }
}

extension ImageBytes {
  /// Sets a field of a record.
  mutating func set(_ kind: SectionKind, _ record: Int, _ field: Int, _ value: some BitwiseCopyable) {
    store(value, at: place(kind, record) + field)
  }

  func get<Value: BitwiseCopyable>(_ kind: SectionKind, _ record: Int, _ field: Int, _ type: Value.Type) -> Value {
    load(type, at: place(kind, record) + field)
  }

  /// Sets a field of the program's head.
  mutating func setHead(_ field: Int, _ value: some BitwiseCopyable) {
    store(value, at: Int(section(.program)!.offset) + field)
  }

  /// Sets a field of the detector's head.
  mutating func setDetector(_ field: Int, _ value: some BitwiseCopyable) {
    store(value, at: Int(section(.detector)!.offset) + field)
  }

  /// Sets the first byte of the first label.
  mutating func setText(_ byte: UInt8) {
    store(byte, at: Int(section(.labels)!.offset) + Int(get(.labels, 0, 0, UInt16.self)))
  }

  /// Writes to the constants that a field of a layer points to.
  mutating func setConstant(layer: Int, field: Int, _ value: some BitwiseCopyable, byte: Int = 0) {
    store(value, at: Int(section(.weights)!.offset) + Int(get(.program, layer, field, UInt32.self)) + byte)
  }

  /// Changes the record count of a section.
  mutating func setSection(_ kind: SectionKind, count: UInt32) {
    let index = sections.firstIndex { $0.kind == kind.rawValue }!
    store(count, at: 32 + 16 * index + 12)
  }

  /// Removes the last section from the table.
  mutating func dropLastSection() { store(UInt32(sections.count - 1), at: 16) }
}
