/// A processor core whose cycles can be estimated.
public enum Core: String, CaseIterable, Sendable, Codable {
  case cortexM0Plus = "cortex-m0plus"
  case cortexM4 = "cortex-m4"
  case cortexM7 = "cortex-m7"
  case cortexM33 = "cortex-m33"
  case cortexM55 = "cortex-m55"
  case cv32e40p
  case ibex

  /// Whether the core runs RISC-V code; otherwise Thumb.
  public var isRiscV: Bool { self == .cv32e40p || self == .ibex }

  /// What data sheets call it.
  public var title: String {
    switch self {
    case .cortexM0Plus: "Cortex-M0+"
    case .cortexM4: "Cortex-M4"
    case .cortexM7: "Cortex-M7"
    case .cortexM33: "Cortex-M33"
    case .cortexM55: "Cortex-M55"
    case .cv32e40p: "CV32E40P"
    case .ibex: "Ibex"
    }
  }
}
