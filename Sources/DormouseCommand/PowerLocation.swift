import DormouseEnergy
import Foundation

/// Finds profiles and scenarios that came with Dormouse, as `ModelLocation` finds models.
///
/// A value with a slash or an extension is a path. A bare name NAME is looked for as `KIND/NAME.json` in the
/// `BundledFolders` named power, before which comes the folder in the environment variable DORMOUSE_POWER.
enum PowerLocation {
  /// A folder of `power`.
  enum Kind: String {
    case devices, microphones, banks, batteries, scenarios

    /// What an option that names one is called.
    var singular: String {
      switch self {
      case .devices: "device"
      case .microphones: "microphone"
      case .banks: "bank"
      case .batteries: "battery"
      case .scenarios: "scenario"
      }
    }
  }

  /// Bytes of a file and what errors call it.
  ///
  /// - Throws: that there is none of that name, and which there are.
  static func read(_ kind: Kind, _ name: String) throws -> (json: Data, place: String) {
    if name.contains("/") || name.contains(".") { return (try InputFile.read(name, limit: 1 << 20), name) }
    for folder in folders() {
      let path = "\(folder)/\(kind.rawValue)/\(name.lowercased()).json"
      if FileManager.default.fileExists(atPath: path) { return (try InputFile.read(path, limit: 1 << 20), path) }
    }
    let known = names(kind)
    let hint = known.isEmpty ? "set DORMOUSE_POWER to the folder power/" : "there are \(known.joined(separator: ", "))"
    throw Failure("no \(kind.singular) named \(name): \(hint); or pass a .json file")
  }

  /// Names of all that are found, sorted.
  static func names(_ kind: Kind) -> [String] {
    let files = folders().flatMap {
      (try? FileManager.default.contentsOfDirectory(atPath: "\($0)/\(kind.rawValue)")) ?? []
    }
    return Set(files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }).sorted()
  }

  private static func folders() -> [String] {
    BundledFolders.named("power", environment: "DORMOUSE_POWER")
  }
}
