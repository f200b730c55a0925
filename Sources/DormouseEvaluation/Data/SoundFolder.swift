import Foundation

/// What lies in folders of recordings; symbolic links are followed.
enum SoundFolder {
  /// Endings of files that lie beside recordings and are none.
  private static let otherEndings: Set<String> = ["md", "txt", "csv", "tsv", "json", "py", "license"]
  private static let otherNames: Set<String> = ["LICENSE", "README", "Makefile", "Thumbs.db"]

  /// Whether `path` is a folder, or a link to one.
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Names in a folder, hidden ones apart, sorted as bytes, so that every machine has the same order.
  ///
  /// - Throws: that it can't be listed.
  static func names(in folder: String) throws(EvaluationError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw EvaluationError("\(folder): can't be listed: \(FolderProblem.words(folder))")
    }
  }

  /// Files below `folder` that may be recordings, in order; folders that can't be listed are reported to `skip`.
  static func sounds(below folder: String, skip: (SkippedRecording) -> Void) -> [String] {
    var found: [String] = []
    var visited: Set<String> = []
    func visit(_ folder: String) {
      // A link may lead back to a folder above it.
      guard visited.insert(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path).inserted else { return }
      guard let names = try? names(in: folder) else {
        skip(SkippedRecording(path: folder, reason: FolderProblem.words(folder)))
        return
      }
      for name in names {
        let path = folder + "/" + name
        if isFolder(path) {
          visit(path)
        } else if maybeSound(name) {
          found.append(path)
        }
      }
    }
    visit(folder)
    return found
  }

  /// Everything but the usual company: what claims to be a recording and is none has to be reported.
  private static func maybeSound(_ name: String) -> Bool {
    guard !otherNames.contains(name) else { return false }
    guard let dot = name.lastIndex(of: ".") else { return true }
    return !otherEndings.contains(name[name.index(after: dot)...].lowercased())
  }
}

/// Why a folder can't be read.
enum FolderProblem {
  static func words(_ path: String) -> String {
    var information = stat()
    if stat(path, &information) != 0 { return errno == ENOENT ? "no such file or folder" : words(errno) }
    if information.st_mode & S_IFMT != S_IFDIR { return "is not a folder" }
    return access(path, R_OK | X_OK) == 0 ? "can't be read" : words(errno)
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}
