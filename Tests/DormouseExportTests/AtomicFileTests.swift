import DormouseModel
import Foundation
import Testing

/// A folder of its own for each test, removed with all that is in it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/dormouse-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// Names of everything in the folder, hidden files too.
  var contents: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? [] }

  func read(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: file(name)).map { [UInt8]($0) } }
}

/// The reason why writing fails.
private func reason(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let error as WriteError {
    return error.description
  } catch {
    return "another error: \(error)"
  }
}

@Suite("Atomic file") struct AtomicFileTests {
  @Test func writesTheBytesAndLeavesNothingElse() throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    try AtomicFile.write(bytes, to: folder.file("a"))
    #expect(folder.read("a") == bytes)
    try AtomicFile.write([1, 2, 3], to: folder.file("a"))
    #expect(folder.read("a") == [1, 2, 3])
    try AtomicFile.write([], to: folder.file("empty"))
    #expect(folder.read("empty") == [])
    #expect(folder.contents == ["a", "empty"])
  }

  @Test func keepsThePermissionsOfAFileThatItReplaces() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write([1], to: folder.file("a"))
    #expect(chmod(folder.file("a"), 0o640) == 0)
    try AtomicFile.write([2], to: folder.file("a"))
    var information = stat()
    #expect(stat(folder.file("a"), &information) == 0)
    #expect(information.st_mode & 0o777 == 0o640)
  }

  @Test func writesThroughASymbolicLink() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write([1], to: folder.file("real"))
    #expect(symlink("real", folder.file("link")) == 0)
    try AtomicFile.write([2], to: folder.file("link"))
    #expect(folder.read("real") == [2])
    #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link"))) == "real")
  }

  @Test func saysThatTheFolderIsMissing() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("absent/a")
    #expect(
      reason { try AtomicFile.write([1], to: path) }
        == "\(path): not written: the folder '\(folder.file("absent"))' does not exist; create it first")
  }

  @Test func saysThatTheTargetOrItsFolderIsOfTheWrongKind() throws {
    let folder = try TemporaryFolder()
    #expect(
      reason { try AtomicFile.write([1], to: folder.path) }
        == "\(folder.path): not written: is a folder; name a file")
    try AtomicFile.write([1], to: folder.file("a"))
    let path = folder.file("a/b")
    #expect(
      reason { try AtomicFile.write([1], to: path) }
        == "\(path): not written: '\(folder.file("a"))' is not a folder")
    #expect(reason { try AtomicFile.write([1], to: "") } == "'': not written: the name is empty; name a file")
  }

  @Test func saysThatTheDeviceIsFull() {
    #expect(
      reason { try AtomicFile.write([1], to: "/dev/full") }
        == "/dev/full: not written: the disk is full; free some space or write elsewhere")
  }

  @Test(.enabled(if: access("/sys", F_OK) == 0, "there is no /sys here"))
  func saysThatTheFolderIsReadOnly() {
    // Not even root may make a file there.
    let text = reason { try AtomicFile.write([1], to: "/sys/dormouse") }
    #expect(
      text == "/sys/dormouse: not written: '/sys' is on a read-only file system; write elsewhere"
        || text
          == "/sys/dormouse: not written: no permission to write in '/sys'; change its permissions or write elsewhere"
    )
  }

  @Test func writesAllFilesOrNone() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write([9], to: folder.file("first"))
    let files: [(path: String, contents: [UInt8])] = [
      (path: folder.file("first"), contents: [1]),
      (path: folder.file("absent/second"), contents: [2]),
    ]
    #expect(reason { try AtomicFile.write(files) } != nil)
    #expect(folder.read("first") == [9])
    #expect(folder.contents == ["first"])
  }
}
