/// The log-mel front end, streaming: samples in, one frame of int8 features each hop.
///
/// The first frame is complete after `window` samples, each further one after `hop` more. How the samples are cut
/// into chunks makes no difference. The owner lends the memory: the state, kept between calls, and the scratch, used
/// only during a frame. What is computed is defined at `LogMelRecord` and, for its kind, at `MicroRecord`
/// or `CepstrumRecord`.
public struct LogMel {
  /// What the front end computes.
  public let record: LogMelRecord
  let section: UnsafeRawPointer
  let carry: UnsafeMutableRawPointer
  private var held = 0
  #if !DORMOUSE_WITHOUT_EMPHASIS
    /// The sample before the next one.
    private var last: Int32 = 0
  #endif

  /// Bytes of state that a front end with these settings keeps; a multiple of 16.
  public static func stateLength(_ record: LogMelRecord) -> Int {
    #if !DORMOUSE_WITHOUT_MICRO
      if record.kind == LogMelRecord.micro { return carryLength(record) &+ ImageFormat.aligned(4 &* Int(record.bands)) }
    #endif
    return carryLength(record)
  }

  /// Bytes of samples in the state.
  @inline(__always)
  static func carryLength(_ record: LogMelRecord) -> Int { ImageFormat.aligned(2 &* Int(record.window)) }

  /// Bytes of scratch that a frame needs; a multiple of 16.
  public static func scratchLength(_ record: LogMelRecord) -> Int {
    let spectrum = ImageFormat.aligned(4 &* Int(record.fftLength))
    #if !DORMOUSE_WITHOUT_MFCC
      if record.kind == LogMelRecord.mfcc { return spectrum &+ ImageFormat.aligned(4 &* Int(record.bands)) }
    #endif
    return spectrum
  }

  /// A front end that has heard nothing.
  ///
  /// - Parameters:
  ///   - section: a front-end section that `LogMelRecord.validated` accepted, valid as long as this value is in use.
  ///   - state: `stateLength` bytes, aligned to 16, for this value alone.
  public init(section: UnsafeRawPointer, state: UnsafeMutableRawPointer) {
    self.section = section
    record = section.load(as: LogMelRecord.self)
    carry = state
    #if !DORMOUSE_WITHOUT_MICRO
      if record.kind == LogMelRecord.micro { resetEstimates() }
    #endif
  }

  /// Bands of the filter bank.
  public var bands: Int { Int(record.bands) }

  /// Features of a frame: bands or, of MFCC, coefficients.
  public var features: Int { record.features }

  /// Frames that `samples` samples, pushed into a fresh front end, complete.
  public static func frameCount(_ record: LogMelRecord, samples: Int) -> Int {
    let window = Int(record.window)
    return samples < window ? 0 : (samples &- window) / Int(record.hop) &+ 1
  }

  /// Forgets all samples.
  public mutating func reset() {
    held = 0
    #if !DORMOUSE_WITHOUT_EMPHASIS
      last = 0
    #endif
    #if !DORMOUSE_WITHOUT_MICRO
      if record.kind == LogMelRecord.micro { resetEstimates() }
    #endif
  }

  /// Takes samples until a frame is complete or none are left.
  ///
  /// - Parameters:
  ///   - samples: mono, at the record's sample rate.
  ///   - start: index of the first sample to take.
  ///   - frame: `features` features, written if a frame is complete.
  ///   - scratch: `scratchLength` bytes, aligned to 16.
  /// - Returns: how many samples were taken; call again with the rest.
  public mutating func push(
    _ samples: UnsafeBufferPointer<Int16>, from start: Int, into frame: UnsafeMutablePointer<Int8>,
    scratch: UnsafeMutableRawPointer
  ) -> FrontEndStep {
    let window = Int(record.window)
    let available = samples.count &- start
    let missing = window &- held
    let taken = available < missing ? available : missing
    guard taken > 0, let base = samples.baseAddress else { return FrontEndStep(consumed: 0, frameReady: false) }
    #if DORMOUSE_WITHOUT_EMPHASIS
      (carry + 2 &* held).copyMemory(from: base + start, byteCount: 2 &* taken)
    #else
      if record.kind == LogMelRecord.emphasized {
        emphasize(base + start, taken, into: (carry + 2 &* held).assumingMemoryBound(to: Int16.self))
      } else {
        (carry + 2 &* held).copyMemory(from: base + start, byteCount: 2 &* taken)
      }
    #endif
    held &+= taken
    guard held == window else { return FrontEndStep(consumed: taken, frameReady: false) }
    compute(into: frame, scratch: scratch)
    let hop = Int(record.hop)
    held = window &- hop
    carry.copyMemory(from: carry + 2 &* hop, byteCount: 2 &* held)
    return FrontEndStep(consumed: taken, frameReady: true)
  }

  #if !DORMOUSE_WITHOUT_EMPHASIS
    /// Pre-emphasis of `count` samples, as `LogMelRecord` defines it.
    private mutating func emphasize(
      _ samples: UnsafePointer<Int16>, _ count: Int, into target: UnsafeMutablePointer<Int16>
    ) {
      let factor = Int32(bitPattern: record.emphasis)
      for index in 0..<count {
        let sample = Int32(samples[index])
        // At opposite extremes the difference, in Q15, is 2^31 - 2^15 at most.
        let value = (((sample &<< 15) &- factor &* last) &>> 1 &+ (1 &<< 14)) &>> 15
        last = sample
        // Rounding up may reach one more than there is.
        target[index] = Int16(truncatingIfNeeded: value < 32767 ? value : 32767)
      }
    }
  #endif
}
