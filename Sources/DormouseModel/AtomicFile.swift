import Foundation

/// Writes files completely or not at all.
///
/// The bytes go to a temporary file beside the target, reach the disk, and only then take the target's name. Whatever
/// goes wrong, the temporary file is removed and a file that stood there before is still whole. A target that is a
/// symbolic link keeps its link; a device or pipe (`/dev/stdout`) is written to directly.
public enum AtomicFile {
  /// Writes one file.
  ///
  /// - Throws: `WriteError`: missing or read-only folder, full disk, a folder of that name, ...
  public static func write(_ contents: [UInt8], to path: String) throws(WriteError) {
    try write([(path: path, contents: contents)])
  }

  /// Writes files that belong together: none takes its name before all are on the disk.
  ///
  /// - Throws: `WriteError` for the first that fails.
  public static func write(_ files: [(path: String, contents: [UInt8])]) throws(WriteError) {
    var prepared: [Prepared] = []
    defer { for file in prepared where !file.isInPlace { unlink(file.temporary) } }
    for (path, contents) in files {
      let target = try Target(path)
      guard !target.isStream else {
        try append(contents, to: path)
        continue
      }
      let (descriptor, temporary) = try create(beside: target)
      prepared.append(Prepared(temporary: temporary, target: target))
      try fill(descriptor, with: contents, for: target)
    }
    for index in prepared.indices {
      try prepared[index].putInPlace()
    }
  }

  /// The folder that a path lies in.
  static func folder(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  private struct Target {
    /// As it was given; for messages.
    let path: String
    /// With symbolic links followed.
    let resolved: String
    /// A device or pipe, which can't be replaced.
    let isStream: Bool
    /// Permissions of the file that is replaced.
    let mode: mode_t?

    init(_ path: String) throws(WriteError) {
      self.path = path
      guard !path.isEmpty else { throw WriteError("''", "not written: the name is empty; name a file") }
      var information = stat()
      guard stat(path, &information) == 0 else {
        guard errno == ENOENT, !path.hasSuffix("/") else { throw WriteError(path, system: errno) }
        resolved = path
        isStream = false
        mode = nil
        return
      }
      let type = information.st_mode & S_IFMT
      guard type != S_IFDIR else { throw WriteError(path, system: EISDIR) }
      isStream = type != S_IFREG
      mode = information.st_mode & 0o7777
      guard let followed = realpath(path, nil) else { throw WriteError(path, system: errno) }
      resolved = String(cString: followed)
      free(followed)
    }
  }

  private struct Prepared {
    let temporary: String
    let target: Target
    var isInPlace = false

    mutating func putInPlace() throws(WriteError) {
      guard rename(temporary, target.resolved) == 0 else { throw WriteError(target.path, system: errno) }
      isInPlace = true
    }
  }

  /// A new, empty file in the target's folder, whose name starts with a dot.
  private static func create(beside target: Target) throws(WriteError) -> (descriptor: Int32, path: String) {
    while true {
      let name = ".dormouse-\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp"
      let path = (folder(of: target.resolved) as NSString).appendingPathComponent(name)
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (descriptor, path) }
      guard errno == EEXIST || errno == EINTR else { throw WriteError(target.path, system: errno) }
    }
  }

  private static func fill(_ descriptor: Int32, with contents: [UInt8], for target: Target) throws(WriteError) {
    var failure = send(contents, to: descriptor)
    if failure == 0, let mode = target.mode, fchmod(descriptor, mode) != 0 { failure = errno }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    // Network file systems report a full disk only here.
    if close(descriptor) != 0, failure == 0 { failure = errno }
    guard failure == 0 else { throw WriteError(target.path, system: failure) }
  }

  private static func append(_ contents: [UInt8], to path: String) throws(WriteError) {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw WriteError(path, system: errno) }
    let failure = send(contents, to: descriptor)
    close(descriptor)
    guard failure == 0 else { throw WriteError(path, system: failure) }
  }

  /// Returns 0 or the error number.
  private static func send(_ contents: [UInt8], to descriptor: Int32) -> Int32 {
    contents.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress! + sent, bytes.count - sent)
        if count > 0 {
          sent += count
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}
