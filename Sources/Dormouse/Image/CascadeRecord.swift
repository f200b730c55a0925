/// Head of the verifier section: 32 bytes, followed by the image of the verifying network.
///
/// A cascade is two networks over the same frames. The first runs always; where its answer is unsure, the verifier runs
/// as well and its answer counts. Unsure is a margin between the two highest logits below a limit, one for answers that
/// are keywords and one for all others; integers throughout. Labels that are never reported (silence, unknown) count as
/// one: which of them it is matters to nobody.
///
/// What follows is a complete image of a bare network, with a header and a checksum of its own. Its input has the type and
/// the bytes of the first network's, its labels are as many.
public struct CascadeRecord: BitwiseCopyable {
  /// Logit steps, 0 to 256: below this margin a keyword is verified. 256: always.
  public var keywordMargin: UInt16
  /// The same for the labels that are never reported (silence, unknown).
  public var otherMargin: UInt16
  /// The verifier's `DetectorRecord.stepMultiplier`: its logits have a scale of their own.
  public var stepMultiplier: Int32
  /// See `stepMultiplier`.
  public var stepShift: Int32
  /// Reserved, zero.
  public var reserved: (UInt32, UInt32, UInt32, UInt32, UInt32)

  /// Every margin is below this.
  public static var alwaysMargin: UInt16 { 256 }

  /// Memberwise.
  public init(keywordMargin: UInt16, otherMargin: UInt16, step: QuantizedMultiplier) {
    self.keywordMargin = keywordMargin
    self.otherMargin = otherMargin
    stepMultiplier = step.multiplier
    stepShift = step.shift
    reserved = (0, 0, 0, 0, 0)
  }

  /// Q16 log2 units a logit step of the verifier.
  @inline(__always)
  public var step: QuantizedMultiplier { QuantizedMultiplier(multiplier: stepMultiplier, shift: stepShift) }

  /// Whether the first network's `logits`, of which at least one is a keyword's, leave the answer to the verifier; `keywords` has a record a logit.
  public func isUnsure(_ logits: UnsafeBufferPointer<Int8>, _ keywords: UnsafePointer<KeywordRecord>) -> Bool {
    // Below every logit, until there is one; `runnerUp` is the second keyword.
    var keyword: Int32 = -1024
    var runnerUp: Int32 = -1024
    var other: Int32 = -1024
    for label in 0..<logits.count {
      let logit = Int32(logits[label])
      if !keywords[label].isReported {
        other = max(other, logit)
      } else if logit > keyword {
        runnerUp = keyword
        keyword = logit
      } else {
        runnerUp = max(runnerUp, logit)
      }
    }
    return keyword > other
      ? keyword &- max(runnerUp, other) < Int32(keywordMargin) : other &- keyword < Int32(otherMargin)
  }
}

extension KeywordRecord {
  /// Whether the detector ever reports the label: no score is above 1.
  @inline(__always)
  public var isReported: Bool { threshold <= 32768 }
}
