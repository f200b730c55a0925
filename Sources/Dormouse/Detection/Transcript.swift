/// What a spotter computed, as two short hashes: equal transcripts mean equal features and equal logits, bit for bit.
///
/// The host and every firmware keep one over the same recording; the tests compare them. Hash: FNV-1a, 32 bits, over the
/// int8 elements in order of production (Fowler, Noll, Vo; draft-eastlake-fnv).
public struct Transcript: Equatable {
  /// Frames added.
  public private(set) var frames: Int
  /// Hash of all frames added.
  public private(set) var frameHash: UInt32
  /// Logit vectors added.
  public private(set) var inferences: Int
  /// Hash of all logit vectors added.
  public private(set) var logitHash: UInt32

  /// Hash of nothing.
  public static var emptyHash: UInt32 { 0x811C_9DC5 }

  /// Nothing heard yet.
  public init() {
    frames = 0
    frameHash = Transcript.emptyHash
    inferences = 0
    logitHash = Transcript.emptyHash
  }

  /// Adds the features of one hop.
  public mutating func add(frame: UnsafeBufferPointer<Int8>) {
    frames &+= 1
    frameHash = Transcript.hash(frame, from: frameHash)
  }

  /// Adds the logits of one inference.
  public mutating func add(logits: UnsafeBufferPointer<Int8>) {
    inferences &+= 1
    logitHash = Transcript.hash(logits, from: logitHash)
  }

  /// FNV-1a of `elements`, continued from `hash`.
  public static func hash(_ elements: UnsafeBufferPointer<Int8>, from hash: UInt32) -> UInt32 {
    var hash = hash
    for index in 0..<elements.count {
      hash = (hash ^ UInt32(truncatingIfNeeded: UInt8(bitPattern: elements[index]))) &* 0x0100_0193
    }
    return hash
  }
}
