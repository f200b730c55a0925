import Dormouse
import DormouseModel
import Foundation

/// A model image from a file, and what the commands ask of it.
struct Model {
  /// Where it was read from.
  let path: String
  private(set) var loaded: LoadedImage

  /// Reads and validates the image at `path`.
  ///
  /// - Throws: that the file can't be read, or which rule it breaks.
  init(path: String) throws {
    self.path = path
    loaded = try Model.load([UInt8](InputFile.read(path, limit: ImageFormat.maximumLength)), path)
  }

  /// Valid as long as `loaded`.
  var image: ModelImage { loaded.image }

  /// Makes `label`, or with nil every label that is ever reported, need `threshold`, 0 to 1 (but at least one step), in a
  /// copy of the image.
  mutating func setThreshold(_ threshold: Double, of only: Int? = nil) throws {
    guard let section = offset(of: .detector) else { return }
    let first = section + MemoryLayout<DetectorRecord>.size
    let changes = (0..<image.labelCount).compactMap { label -> (Int, KeywordRecord)? in
      var keyword = image.keywords[label]
      guard keyword.isReported, only == nil || only == label else { return nil }
      keyword.threshold = UInt16(max(1, (threshold * 32768).rounded()))
      return (first + label * MemoryLayout<KeywordRecord>.size, keyword)
    }
    try change { bytes in
      for (place, keyword) in changes { bytes.storeBytes(of: keyword, toByteOffset: place, as: KeywordRecord.self) }
    }
  }

  /// Makes a cascade verify every inference, in a copy of the image; does nothing to a single network.
  mutating func verifyAlways() throws {
    guard let section = offset(of: .verifier), image.hasVerifier else { return }
    var record = image.cascade
    record.keywordMargin = CascadeRecord.alwaysMargin
    record.otherMargin = CascadeRecord.alwaysMargin
    try change { $0.storeBytes(of: record, toByteOffset: section, as: CascadeRecord.self) }
  }

  /// Whether it hears bits of analog channels.
  var isAnalog: Bool { image.hasFrontEnd && image.frontEnd.kind == AnalogBinaryRecord.analogBinary }

  /// Replaces the image by a changed copy with a checksum that fits.
  private mutating func change(_ write: (UnsafeMutableRawBufferPointer) -> Void) throws {
    var bytes = [UInt8](loaded.bytes)
    bytes.withUnsafeMutableBytes {
      write($0)
      let checksum = CRC32.checksum(
        $0.baseAddress! + ImageFormat.checkedFrom, count: $0.count - ImageFormat.checkedFrom)
      $0.storeBytes(of: checksum, toByteOffset: MemoryLayout<ImageHeader>.offset(of: \.crc32)!, as: UInt32.self)
    }
    loaded = try Model.load(bytes, path)
  }

  private static func load(_ bytes: [UInt8], _ path: String) throws -> LoadedImage {
    do {
      return try LoadedImage(bytes: bytes)
    } catch {
      throw Failure("\(path): \(error.plainWords)")
    }
  }

  /// Where a section starts in the image; nil if it has none of this kind.
  private func offset(of kind: SectionKind) -> Int? {
    for index in 0..<Int(image.header.sectionCount) {
      let place = MemoryLayout<ImageHeader>.size + index * MemoryLayout<SectionRecord>.size
      let record = loaded.bytes.load(fromByteOffset: place, as: SectionRecord.self)
      if record.kind == kind.rawValue { return Int(record.offset) }
    }
    return nil
  }
}

/// Memory for a spotter, a network or a front end.
final class Arena {
  let base: UnsafeMutableRawPointer
  let length: Int

  init(length: Int) {
    self.length = length
    base = .allocate(byteCount: max(length, 1), alignment: ImageFormat.alignment)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: length)
  }

  deinit { base.deallocate() }
}
