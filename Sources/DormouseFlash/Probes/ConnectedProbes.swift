import Foundation

/// Which boards are plugged in, by the USB identities that their descriptions name.
public enum ConnectedProbes {
  /// Linux lists devices here, a folder each.
  public static let folder = "/sys/bus/usb/devices"

  /// Identities, `vendor:product`, of what is plugged in; none where they can't be had.
  public static func identities(in folder: String = ConnectedProbes.folder) -> Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    func number(_ path: String) -> String? {
      (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return Set(
      names.compactMap { name in
        guard let vendor = number("\(folder)/\(name)/idVendor"), let product = number("\(folder)/\(name)/idProduct")
        else { return nil }
        return "\(vendor):\(product)"
      })
  }

  /// The boards of `boards` that are plugged in.
  public static func boards(_ boards: [Board], identities: Set<String>) -> [Board] {
    boards.filter { board in board.memory.map { !identities.isDisjoint(with: $0.usb) } ?? false }
  }
}
