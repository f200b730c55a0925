import DormouseISA

/// The front end that an image names, streaming: samples in, one frame each hop.
///
/// A frame is `FrontEndShape.frameLength` bytes: int8 features of `LogMel`, or the bits of `AnalogBinary` in little-endian
/// words. Firmware leaves the kinds out that its model doesn't need, with the compilation conditions
/// `DORMOUSE_WITHOUT_ANALOG`, `DORMOUSE_WITHOUT_MICRO`, `DORMOUSE_WITHOUT_MFCC` and `DORMOUSE_WITHOUT_EMPHASIS`; validation
/// then refuses their images.
public struct FrontEnd {
  private var logMel: LogMel?
  #if !DORMOUSE_WITHOUT_ANALOG
    private var analogBinary: AnalogBinary?
  #endif

  /// A front end that has heard nothing.
  ///
  /// - Parameters:
  ///   - section: a front-end section that `validate` accepted, valid as long as this value is in use.
  ///   - state: `FrontEndShape.stateLength` bytes, aligned to 16, for this value alone.
  public init(section: UnsafeRawPointer, state: UnsafeMutableRawPointer) {
    #if !DORMOUSE_WITHOUT_ANALOG
      if section.load(as: UInt32.self) == AnalogBinaryRecord.analogBinary {
        analogBinary = AnalogBinary(section: section, state: state)
        return
      }
    #endif
    logMel = LogMel(section: section, state: state)
  }

  /// Proves that a front-end section, of any kind, is sound.
  ///
  /// - Parameters:
  ///   - section: first byte, aligned to 4.
  ///   - length: bytes of the section.
  ///   - offset: of the section in the image, for the error.
  /// - Throws: the first rule that the section breaks.
  @_optimize(size)
  public static func validate(section: UnsafeRawPointer, length: Int, offset: Int) throws(ImageError) {
    #if !DORMOUSE_WITHOUT_ANALOG
      if length >= 4, section.load(as: UInt32.self) == AnalogBinaryRecord.analogBinary {
        _ = try AnalogBinaryRecord.validated(section: section, length: length, offset: offset)
        return
      }
    #endif
    _ = try LogMelRecord.validated(section: section, length: length, offset: offset)
  }

  /// Forgets all samples.
  public mutating func reset() {
    logMel?.reset()
    #if !DORMOUSE_WITHOUT_ANALOG
      analogBinary?.reset()
    #endif
  }

  /// Takes samples until a frame is complete or none are left.
  ///
  /// - Parameters:
  ///   - samples: mono, at the model's sample rate.
  ///   - start: index of the first sample to take.
  ///   - frame: `FrontEndShape.frameLength` bytes, aligned to 4, written if a frame is complete.
  ///   - scratch: `FrontEndShape.scratchLength` bytes, aligned to 16.
  /// - Returns: how many samples were taken; call again with the rest.
  public mutating func push(
    _ samples: UnsafeBufferPointer<Int16>, from start: Int, into frame: UnsafeMutableRawPointer,
    scratch: UnsafeMutableRawPointer
  ) -> FrontEndStep {
    dm_mark_front_end()
    #if !DORMOUSE_WITHOUT_ANALOG
      if let step = analogBinary?.push(
        samples, from: start, into: frame.assumingMemoryBound(to: UInt32.self), scratch: scratch)
      {
        return step
      }
    #endif
    let step = logMel?.push(samples, from: start, into: frame.assumingMemoryBound(to: Int8.self), scratch: scratch)
    return step ?? FrontEndStep(consumed: 0, frameReady: false)
  }
}
