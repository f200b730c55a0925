import Dormouse

/// Which parts of the runtime an image needs that firmware may be compiled without.
extension ModelImage {
  /// Layers that read or write bits or int16.
  public var usesBits: Bool {
    (0..<tensorCount).contains { !tensor($0).holds(.int8) }
      || (0..<layerCount).contains { layer($0).operation == Operation.rescale.rawValue }
      || (hasVerifier && verifier.usesBits)
  }

  /// Weights that are stored as anything but bytes.
  public var usesNarrowWeights: Bool {
    (0..<layerCount).contains { layer($0).encoding > Encoding.int8.rawValue }
      || (hasVerifier && verifier.usesNarrowWeights)
  }

  /// What only networks have that come from TensorFlow Lite.
  public var usesImported: Bool {
    (0..<tensorCount).contains { tensor($0).home != TensorHome.activations.rawValue }
      || (0..<layerCount).contains {
        layer($0).operation >= Operation.lookup.rawValue || layer($0).details.0 == Rounding.twice.rawValue
      }
      || (hasVerifier && verifier.usesImported)
  }
}
