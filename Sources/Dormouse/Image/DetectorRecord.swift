/// Settings of the detector: 32 bytes, followed by a `KeywordRecord` a label.
public struct DetectorRecord: BitwiseCopyable {
  /// Posteriors that are averaged: 1 to 64.
  public var smoothing: UInt16
  /// Keyword records, equal to the network's outputs.
  public var labelCount: UInt16
  /// Samples after a detection in which none is reported.
  public var refractory: UInt32
  /// `logit scale * log2(e)`, Q16 log2 units a logit step: posterior = 2^(step * logit) / sum.
  public var stepMultiplier: Int32
  /// See `stepMultiplier`.
  public var stepShift: Int32
  /// Reserved, zero.
  public var reserved: (UInt32, UInt32, UInt32, UInt32)

  /// Memberwise.
  public init(smoothing: UInt16, labelCount: UInt16, refractory: UInt32, step: QuantizedMultiplier) {
    self.smoothing = smoothing
    self.labelCount = labelCount
    self.refractory = refractory
    stepMultiplier = step.multiplier
    stepShift = step.shift
    reserved = (0, 0, 0, 0)
  }

  /// Q16 log2 units a logit step.
  @inline(__always)
  public var step: QuantizedMultiplier { QuantizedMultiplier(multiplier: stepMultiplier, shift: stepShift) }
}

/// When one label counts as heard: 8 bytes.
public struct KeywordRecord: BitwiseCopyable {
  /// Score, Q15 (0 ... 32768), that must be reached; above 32768 the label is never reported (silence, unknown).
  public var threshold: UInt16
  /// Successive inferences at or above the threshold, 1 or more.
  public var minimumRun: UInt16
  /// Reserved, zero.
  public var reserved: UInt32

  /// Memberwise.
  public init(threshold: UInt16, minimumRun: UInt16) {
    self.threshold = threshold
    self.minimumRun = minimumRun
    reserved = 0
  }
}
