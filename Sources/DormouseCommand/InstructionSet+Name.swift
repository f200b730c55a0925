import Dormouse

extension InstructionSet {
  /// For reports.
  var name: String {
    switch self {
    case .portable: "portable"
    case .avx2: "AVX2"
    case .avx512: "AVX-512 VNNI"
    case .neon: "NEON"
    case .neonDot: "NEON with dot products"
    default: "set \(rawValue)"
    }
  }
}
