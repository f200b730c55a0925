import Dormouse

extension InstructionSet {
  /// For reports.
  var name: String {
    switch self {
    case .portable: "portable"
    default: "set \(rawValue)"
    }
  }
}
