extension ModelImage {
  /// What `layer` reads beside its inputs; `input` is the first of them.
  @inline(__always)
  func constants(of layer: LayerRecord, input: TensorRecord, output: TensorRecord) -> LayerConstants {
    let section = start(of: .weights)
    func bytes(_ offset: UInt32) -> UnsafePointer<Int8> {
      (section + Int(truncatingIfNeeded: offset)).assumingMemoryBound(to: Int8.self)
    }
    func words(_ offset: UInt32) -> UnsafePointer<Int32> {
      (section + Int(truncatingIfNeeded: offset)).assumingMemoryBound(to: Int32.self)
    }
    var constants = LayerConstants(
      weights: bytes(layer.weights), rowStride: Int(truncatingIfNeeded: layer.rowStride),
      encoding: Encoding(known: layer.encoding).unsafelyUnwrapped, codebook: bytes(layer.codebook),
      biases: words(layer.biases), multipliers: words(layer.multipliers), shifts: words(layer.shifts),
      inputZeroPoint: input.zeroPoint, outputZeroPoint: output.zeroPoint, outputMinimum: layer.outputMinimum,
      outputMaximum: layer.outputMaximum)
    #if !DORMOUSE_WITHOUT_IMPORTED
      constants.roundsTwice = layer.roundsTwice
    #endif
    if RuntimeParts.hasConvolutions && layer.inputCount == 2 {
      constants.secondZeroPoint = tensor(Int(layer.inputs.1)).zeroPoint
    }
    return constants
  }
}
