/// What the rest of the machine needs to know of a front end, of whichever kind.
public struct FrontEndShape: Equatable, Sendable {
  /// The first word of the section: `LogMelRecord.logMel`, `.micro`, `.mfcc`, `.emphasized` or
  /// `AnalogBinaryRecord.analogBinary`.
  public let kind: UInt32
  /// Hz.
  public let sampleRate: Int
  /// Samples that one frame hears.
  public let window: Int
  /// Samples from a frame to the next.
  public let hop: Int
  /// Of the elements of a frame: int8 or bits.
  public let type: ElementType
  /// Elements of a frame: bands, coefficients or channels.
  public let features: Int
  /// Bytes of a frame.
  public let frameLength: Int
  /// Bytes of state; a multiple of 16.
  public let stateLength: Int
  /// Bytes of scratch that a frame needs; a multiple of 16.
  public let scratchLength: Int

  /// Reads the shape off a front-end section that is validated.
  @_optimize(size)
  public init(section: UnsafeRawPointer) {
    kind = section.load(as: UInt32.self)
    #if !DORMOUSE_WITHOUT_ANALOG
      if kind == AnalogBinaryRecord.analogBinary {
        let record = section.load(as: AnalogBinaryRecord.self)
        sampleRate = Int(truncatingIfNeeded: record.sampleRate)
        window = Int(record.window)
        hop = Int(record.window)
        type = .bits
        features = Int(record.channels)
        frameLength = 4 &* AnalogBinary.words(record)
        stateLength = AnalogBinary.stateLength(record)
        scratchLength = AnalogBinary.scratchLength
        return
      }
    #endif
    let record = section.load(as: LogMelRecord.self)
    sampleRate = Int(truncatingIfNeeded: record.sampleRate)
    window = Int(record.window)
    hop = Int(record.hop)
    type = .int8
    features = record.features
    frameLength = record.features
    stateLength = LogMel.stateLength(record)
    scratchLength = LogMel.scratchLength(record)
  }

  /// Frames that `samples` samples, pushed into a fresh front end, complete.
  public func frameCount(samples: Int) -> Int { samples < window ? 0 : (samples &- window) / hop &+ 1 }
}
