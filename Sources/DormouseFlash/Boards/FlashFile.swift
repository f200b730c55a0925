import Dormouse
import Foundation

/// The flash memory of an emulated board: a file, as `firmware/update` maps it.
public struct FlashFile: FlashMemory, ~Copyable {
  /// Bytes of every such file.
  public static let standardLength = 1 << 20

  /// Where its copy in memory is.
  public let base: UnsafeRawPointer
  /// Bytes.
  public let length = FlashFile.standardLength
  /// Bytes that are erased together.
  public let pageLength = 4096
  /// Bytes that are programmed together.
  public let unitLength = 8
  private let bytes: UnsafeMutableRawPointer
  private let descriptor: Int32

  /// Opens a file, or makes an erased one where there is none.
  ///
  /// - Throws: `FlashError`.
  public init(path: String) throws {
    (descriptor, bytes) = try FlashFile.load(path)
    base = UnsafeRawPointer(bytes)
  }

  private static func load(_ path: String) throws -> (Int32, UnsafeMutableRawPointer) {
    let length = standardLength
    let isNew = access(path, F_OK) != 0
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FlashError("\(path): \(String(cString: strerror(errno)))") }
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 16)
    bytes.initializeMemory(as: UInt8.self, repeating: 0xFF, count: length)
    let done =
      isNew
      ? pwrite(descriptor, bytes, length, 0) == length
      : lseek(descriptor, 0, SEEK_END) == off_t(length) && pread(descriptor, bytes, length, 0) == length
    guard done else {
      close(descriptor)
      bytes.deallocate()
      throw FlashError("\(path): is no flash memory of an emulated board, which has \(length) bytes")
    }
    return (descriptor, bytes)
  }

  deinit {
    close(descriptor)
    bytes.deallocate()
  }

  /// Makes all bytes of a page ones.
  public mutating func erase(pageAt offset: Int) -> Bool {
    (bytes + offset).initializeMemory(as: UInt8.self, repeating: 0xFF, count: pageLength)
    return pwrite(descriptor, bytes + offset, pageLength, off_t(offset)) == pageLength
  }

  /// Clears the bits that are zero in `source`.
  public mutating func program(unitAt offset: Int, from source: UnsafeRawPointer) -> Bool {
    for index in 0..<unitLength {
      let byte = bytes.load(fromByteOffset: offset + index, as: UInt8.self)
      let wanted = source.load(fromByteOffset: index, as: UInt8.self)
      bytes.storeBytes(of: byte & wanted, toByteOffset: offset + index, as: UInt8.self)
    }
    return pwrite(descriptor, bytes + offset, unitLength, off_t(offset)) == unitLength
  }
}
