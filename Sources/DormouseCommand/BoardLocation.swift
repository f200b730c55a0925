import DormouseFlash
import Foundation

/// Finds the boards that `dormouse flash --board` means: NAME is `NAME/flash.json` in the `BundledFolders` named
/// firmware/boards, before which comes the folder in the environment variable DORMOUSE_BOARDS.
enum BoardLocation {
  /// The board that is flashed where no probe is found.
  static let standard = "mps2-an386"

  /// - Throws: that there is none of that name, and which there are; or what is wrong with its description.
  static func board(_ name: String) throws -> Board {
    for folder in folders() where !name.contains("/") {
      let path = "\(folder)/\(name)/flash.json"
      if FileManager.default.fileExists(atPath: path) {
        return try Board(json: InputFile.read(path, limit: 1 << 20), name: name, place: path)
      }
    }
    let known = names()
    let hint =
      known.isEmpty ? "set DORMOUSE_BOARDS to the folder firmware/boards" : "there are \(known.joined(separator: ", "))"
    throw Failure("no board named \(name): \(hint)")
  }

  /// The board that is plugged in; without one, the emulated one.
  ///
  /// - Throws: that there are several.
  static func connected() throws -> Board {
    // Tests, and containers that see other devices, name another folder.
    let folder = ProcessInfo.processInfo.environment["DORMOUSE_USB"] ?? ConnectedProbes.folder
    let identities = ConnectedProbes.identities(in: folder)
    let found = identities.isEmpty ? [] : ConnectedProbes.boards(try names().map(board), identities: identities)
    guard found.count <= 1 else {
      throw Failure("more than one board may be plugged in: \(found.map(\.name).joined(separator: ", ")); pass --board")
    }
    return try found.first ?? board(standard)
  }

  /// Names of all that are found, sorted.
  static func names() -> [String] {
    let names = folders().flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
        FileManager.default.fileExists(atPath: "\(folder)/\($0)/flash.json")
      }
    }
    return Set(names).sorted()
  }

  private static func folders() -> [String] {
    BundledFolders.named("firmware/boards", environment: "DORMOUSE_BOARDS")
  }
}
