import Dormouse
import Foundation

/// A model image in memory of its own: aligned, exactly as long as the image, validated.
///
/// A `ModelImage`, and every network and spotter made from it, refers to memory that it doesn't own, and Swift may release
/// an owner right after its last use. So the memory of an image that was accepted is never freed: a program loads one or a
/// few, and uses them until it ends. To validate many, use `validate`, which keeps nothing.
public final class LoadedImage {
  /// The validated image.
  public let image: ModelImage
  /// All bytes of the image.
  public let bytes: UnsafeRawBufferPointer

  /// Copies and validates an image.
  ///
  /// - Throws: `ImageError`, the first rule that the bytes break.
  public init(bytes: [UInt8]) throws(ImageError) {
    let memory = LoadedImage.copy(bytes)
    do throws(ImageError) {
      image = try ModelImage(validating: UnsafeRawPointer(memory.baseAddress!), length: bytes.count)
    } catch {
      memory.deallocate()
      throw error
    }
    self.bytes = UnsafeRawBufferPointer(memory)
  }

  /// Validates an image and keeps nothing.
  ///
  /// - Throws: `ImageError`, the first rule that the bytes break.
  public static func validate(_ bytes: [UInt8]) throws(ImageError) {
    let memory = copy(bytes)
    defer { memory.deallocate() }
    _ = try ModelImage(validating: UnsafeRawPointer(memory.baseAddress!), length: bytes.count)
  }

  /// Reads and validates a `.dormouse` file.
  ///
  /// - Throws: `ImageFileError`, one line with the file's name.
  public convenience init(path: String) throws(ImageFileError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ImageFileError(path: path, problem: (error as NSError).plainWords)
    }
    guard data.count <= ImageFormat.maximumLength else {
      throw ImageFileError(
        path: path, problem: "\(data.count) bytes are more than an image may have; this is no model image")
    }
    do throws(ImageError) {
      try self.init(bytes: [UInt8](data))
    } catch {
      throw ImageFileError(path: path, problem: error.plainWords(of: [UInt8](data)))
    }
  }

  /// Names of the network's outputs.
  public var labels: [String] { (0..<image.labelCount).map { String(decoding: image.label($0), as: UTF8.self) } }

  /// Name of the model.
  public var name: String { String(decoding: image.name, as: UTF8.self) }

  /// Version of the model.
  public var version: String { String(decoding: image.version, as: UTF8.self) }

  /// A copy of `bytes` that begins with a cache line; never without an address.
  private static func copy(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(bytes.count, 1), alignment: ImageWriter.cacheLine)
    memory.copyBytes(from: bytes)
    return UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes.count])
  }
}

/// Why a file is no usable model image.
public struct ImageFileError: Error, Equatable, CustomStringConvertible {
  /// The file.
  public var path: String
  /// What is wrong and what to do.
  public var problem: String

  /// Memberwise.
  public init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  /// One line.
  public var description: String { "\(path): \(problem)" }
}

extension NSError {
  /// The reason alone, without Foundation's sentence around it.
  var plainWords: String {
    if let underlying = userInfo[NSUnderlyingErrorKey] as? NSError, underlying.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(underlying.code)))
    }
    switch CocoaError.Code(rawValue: code) {
    case .fileReadNoSuchFile, .fileNoSuchFile: return "no such file"
    case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
    case .fileWriteOutOfSpace: return "no space left on device"
    case .fileWriteVolumeReadOnly: return "read-only file system"
    default: return localizedDescription
    }
  }
}
