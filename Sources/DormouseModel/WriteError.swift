import Foundation

/// Why a file could not be written: one line that names it, says what went wrong and what to do.
public struct WriteError: Error, Equatable, CustomStringConvertible {
  /// The file's path as it was given.
  public var path: String
  /// What went wrong and what to do, in plain words.
  public var reason: String

  /// Memberwise.
  public init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  /// The reason for a system call's error number.
  init(_ path: String, system number: Int32) {
    let folder = AtomicFile.folder(of: path)
    self.path = path
    switch number {
    case ENOSPC: reason = "not written: the disk is full; free some space or write elsewhere"
    case EDQUOT: reason = "not written: the disk quota is used up; free some space or write elsewhere"
    case EROFS: reason = "not written: '\(folder)' is on a read-only file system; write elsewhere"
    case EACCES, EPERM:
      reason = "not written: no permission to write in '\(folder)'; change its permissions or write elsewhere"
    case ENOENT: reason = "not written: the folder '\(folder)' does not exist; create it first"
    case ENOTDIR: reason = "not written: '\(folder)' is not a folder"
    case EISDIR: reason = "not written: is a folder; name a file"
    case ENAMETOOLONG: reason = "not written: the name is too long for this file system; choose a shorter one"
    default: reason = "not written: \(String(cString: strerror(number)))"
    }
  }

  /// `path: reason`.
  public var description: String { "\(path): \(reason)" }
}
