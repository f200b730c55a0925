import Foundation

/// A boot loader that shows up as a drive, and programs the UF2 files that are copied to it.
public struct UF2Drive: Sendable {
  /// Where it is mounted.
  public let folder: String

  /// The drive at `folder`.
  ///
  /// - Throws: that it is none, or that of another kind of board.
  public init(at folder: String, boardID: String) throws(FlashError) {
    guard let found = UF2Drive.boardID(in: folder) else {
      throw FlashError("\(folder): is no drive of a board's boot loader; it has no INFO_UF2.TXT")
    }
    guard found == boardID else { throw FlashError("\(folder): is the drive of a \(found), not of a \(boardID)") }
    self.folder = folder
  }

  /// The one drive of that kind among all that is mounted.
  ///
  /// - Parameter mounts: text as in `/proc/mounts`.
  /// - Throws: that there is none, or more than one.
  public init(boardID: String, mounts: String) throws(FlashError) {
    let folders = UF2Drive.folders(in: mounts).filter { UF2Drive.boardID(in: $0) == boardID }
    guard let first = folders.first else {
      throw FlashError(
        "no drive of a \(boardID) is mounted; hold BOOTSEL while you plug the board in, mount the drive that shows "
          + "up, or say where it is with --drive")
    }
    guard folders.count == 1 else {
      throw FlashError("more than one drive is mounted: \(folders.joined(separator: ", ")); choose one with --drive")
    }
    folder = first
  }

  /// Folders that something is mounted at; there are no others on systems without `/proc/mounts`.
  public static func folders(in mounts: String) -> [String] {
    var folders = mounts.split(separator: "\n").compactMap { line -> String? in
      let words = line.split(separator: " ")
      guard words.count > 2 else { return nil }
      // A space in a path is \040.
      return words[1].replacingOccurrences(of: "\\040", with: " ")
    }
    if let volumes = try? FileManager.default.contentsOfDirectory(atPath: "/Volumes") {
      folders += volumes.map { "/Volumes/\($0)" }
    }
    return folders
  }

  /// What is mounted now.
  public static var mounts: String { (try? String(contentsOfFile: "/proc/mounts", encoding: .utf8)) ?? "" }

  private static func boardID(in folder: String) -> String? {
    guard let data = FileManager.default.contents(atPath: "\(folder)/INFO_UF2.TXT"), data.count < 4096 else {
      return nil
    }
    for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
      if line.hasPrefix("Board-ID:") { return line.dropFirst(9).trimmingCharacters(in: .whitespaces) }
    }
    return nil
  }

  /// Copies a file, and waits until the drive has it.
  ///
  /// The board starts when it has the last block, and the drive goes away with that: an error after which it is gone is
  /// none.
  ///
  /// - Throws: `FlashError`.
  public func copy(_ name: String, _ contents: [UInt8]) throws(FlashError) {
    let path = "\(folder)/\(name)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FlashError("\(path): \(String(cString: strerror(errno)))") }
    var done = 0
    var problem: Int32 = 0
    while done < contents.count && problem == 0 {
      let count = contents.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, $0.count - done) }
      if count >= 0 { done += count } else if errno != EINTR { problem = errno }
    }
    let isWritten = problem == 0
    if isWritten && fsync(descriptor) != 0 { problem = errno }
    if close(descriptor) != 0 && problem == 0 { problem = errno }
    guard problem != 0 else { return }
    let isGone = access("\(folder)/INFO_UF2.TXT", F_OK) != 0
    if isWritten && isGone { return }
    throw FlashError("\(path): \(String(cString: strerror(problem))); the board may hold half of it, so try again")
  }
}
