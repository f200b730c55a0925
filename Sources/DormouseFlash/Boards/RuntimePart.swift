import Dormouse
import DormouseModel

/// A part of the runtime that firmware may be built without (`DORMOUSE_WITHOUT_...`): a kind of front end, or kernels.
public enum RuntimePart: String, CaseIterable, Sendable {
  case analog, bits, cascade, convolutions, imported, mfcc, micro, narrow, widths

  /// What it holds.
  public var title: String {
    switch self {
    case .analog: "the analog-binary front end"
    case .bits: "layers of bits and int16"
    case .cascade: "a second network that verifies"
    case .convolutions: "layers other than dense ones"
    case .imported: "what only networks from TensorFlow Lite have"
    case .mfcc: "the MFCC front end"
    case .micro: "the micro front end"
    case .narrow: "weights narrower than int8"
    case .widths: "weights other than int8 and int4"
    }
  }

  /// The parts that a spotter for `image` needs.
  public static func needed(by image: ModelImage) -> Set<RuntimePart> {
    var parts: Set<RuntimePart> = []
    if image.hasFrontEnd {
      switch image.frontEnd.kind {
      case AnalogBinaryRecord.analogBinary: parts.insert(.analog)
      case LogMelRecord.micro: parts.insert(.micro)
      case LogMelRecord.mfcc: parts.insert(.mfcc)
      default: break
      }
    }
    if image.usesBits { parts.insert(.bits) }
    if image.usesImported { parts.insert(.imported) }
    if image.usesNarrowWeights { parts.insert(.narrow) }
    if image.hasVerifier {
      parts.insert(.cascade)
      parts.formUnion(needed(by: image.verifier))
    }
    let simple = [Encoding.none, .int8, .int4].map(\.rawValue)
    for index in 0..<image.layerCount {
      let layer = image.layer(index)
      if layer.operation != Operation.dense.rawValue { parts.insert(.convolutions) }
      if !simple.contains(layer.encoding) { parts.insert(.widths) }
    }
    return parts
  }
}
