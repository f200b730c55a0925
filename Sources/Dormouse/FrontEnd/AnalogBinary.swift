/// The analog-binary front end, streaming: samples in, one bit a channel each window.
///
/// What is computed is defined at `AnalogBinaryRecord`; on a device without the analog board it stands in for it. How the
/// samples are cut into chunks makes no difference. The owner lends the memory: the state, kept between calls, and
/// the scratch, used only during one.
public struct AnalogBinary {
  /// What the front end computes.
  public let record: AnalogBinaryRecord
  let parts: UnsafePointer<AnalogChannelRecord>
  let states: UnsafeMutablePointer<AnalogChannelState>
  private let bits: UnsafeMutablePointer<UInt32>
  /// The last sample and the one before it, scaled.
  private var newest: Int32 = 0
  private var older: Int32 = 0
  private var held = 0

  /// Samples that all channels hear in one go: enough to load a channel's state seldom, little scratch.
  static let blockLength = 32

  /// Bytes of state that a front end with these settings keeps; a multiple of 16.
  public static func stateLength(_ record: AnalogBinaryRecord) -> Int {
    ImageFormat.aligned(
      Int(record.channels) &* MemoryLayout<AnalogChannelState>.size &+ 4 &* words(record))
  }

  /// Bytes of scratch that `push` needs; a multiple of 16.
  public static var scratchLength: Int { 8 &* blockLength }

  /// 32-bit words of a frame.
  public static func words(_ record: AnalogBinaryRecord) -> Int { (Int(record.channels) &+ 31) &>> 5 }

  /// Frames that `samples` samples, pushed into a fresh front end, complete.
  public static func frameCount(_ record: AnalogBinaryRecord, samples: Int) -> Int { samples / Int(record.window) }

  /// A front end that has heard nothing.
  ///
  /// - Parameters:
  ///   - section: a front-end section that `AnalogBinaryRecord.validated` accepted, valid as long as this value is in use.
  ///   - state: `stateLength` bytes, aligned to 16, for this value alone.
  public init(section: UnsafeRawPointer, state: UnsafeMutableRawPointer) {
    record = section.load(as: AnalogBinaryRecord.self)
    parts = (section + Int(truncatingIfNeeded: record.channelTable)).assumingMemoryBound(to: AnalogChannelRecord.self)
    let channels = Int(record.channels)
    states = state.bindMemory(to: AnalogChannelState.self, capacity: channels)
    bits = (state + channels &* MemoryLayout<AnalogChannelState>.size)
      .bindMemory(to: UInt32.self, capacity: AnalogBinary.words(record))
    reset()
  }

  /// Forgets all samples: filters and envelopes at rest, comparators low.
  public mutating func reset() {
    for channel in 0..<Int(record.channels) { states[channel] = AnalogChannelState(threshold: parts[channel].on) }
    for word in 0..<AnalogBinary.words(record) { bits[word] = 0 }
    newest = 0
    older = 0
    held = 0
  }

  /// Takes samples until a frame is complete or none are left.
  ///
  /// - Parameters:
  ///   - samples: mono, at the record's sample rate.
  ///   - start: index of the first sample to take.
  ///   - frame: `words` words, written if a frame is complete.
  ///   - scratch: `scratchLength` bytes, aligned to 16.
  /// - Returns: how many samples were taken; call again with the rest.
  public mutating func push(
    _ samples: UnsafeBufferPointer<Int16>, from start: Int, into frame: UnsafeMutablePointer<UInt32>,
    scratch: UnsafeMutableRawPointer
  ) -> FrontEndStep {
    push(samples, from: start, into: frame, peaks: nil, scratch: scratch)
  }

  /// As `push`, and raises `peaks`, `[channels]`, to the largest envelope of each channel, in the levels of
  /// `AnalogBinaryRecord`: without hysteresis a bit is `peak >= on`.
  ///
  /// The caller clears the peaks when a frame is complete.
  public mutating func pushMeasuring(
    _ samples: UnsafeBufferPointer<Int16>, from start: Int, into frame: UnsafeMutablePointer<UInt32>,
    peaks: UnsafeMutablePointer<Int32>, scratch: UnsafeMutableRawPointer
  ) -> FrontEndStep {
    push(samples, from: start, into: frame, peaks: peaks, scratch: scratch)
  }

  @inline(__always)
  private mutating func push(
    _ samples: UnsafeBufferPointer<Int16>, from start: Int, into frame: UnsafeMutablePointer<UInt32>,
    peaks: UnsafeMutablePointer<Int32>?, scratch: UnsafeMutableRawPointer
  ) -> FrontEndStep {
    let window = Int(record.window)
    let available = samples.count &- start
    let missing = window &- held
    let taken = available < missing ? available : missing
    guard taken > 0, let base = samples.baseAddress else { return FrontEndStep(consumed: 0, frameReady: false) }
    let block = scratch.bindMemory(to: Int32.self, capacity: 2 &* AnalogBinary.blockLength)
    var next = base + start
    let end = next + taken
    while next < end {
      let left = end - next
      let count = left < AnalogBinary.blockLength ? left : AnalogBinary.blockLength
      difference(next, count: count, into: block)
      hear(UnsafePointer(block), count: count, peaks: peaks)
      next += count
    }
    held &+= taken
    guard held == window else { return FrontEndStep(consumed: taken, frameReady: false) }
    held = 0
    for word in 0..<AnalogBinary.words(record) {
      frame[word] = bits[word]
      bits[word] = 0
    }
    return FrontEndStep(consumed: taken, frameReady: true)
  }

  /// What every channel needs of a sample: `x - x''` and `x' - x''`.
  private mutating func difference(
    _ samples: UnsafePointer<Int16>, count: Int, into block: UnsafeMutablePointer<Int32>
  ) {
    for index in 0..<count {
      let sample = Int32(truncatingIfNeeded: samples[index]) &<< 14
      block[2 &* index] = sample &- older
      block[2 &* index &+ 1] = newest &- older
      older = newest
      newest = sample
    }
  }

  @inline(__always)
  private mutating func hear(_ block: UnsafePointer<Int32>, count: Int, peaks: UnsafeMutablePointer<Int32>?) {
    for channel in 0..<Int(record.channels) {
      let part = parts + channel
      var wasHigh = false
      if let peaks {
        let ear = AnalogChannel(part: part, attack: record.attack, decay: record.decay)
        wasHigh = ear.hear(block, count: count, state: states + channel, peak: peaks + channel)
      } else {
        let ear = AnalogChannel(part: part, attack: record.attack, decay: record.decay)
        wasHigh = ear.hear(block, count: count, state: states + channel, peak: nil)
      }
      if wasHigh { bits[channel &>> 5] |= 1 &<< UInt32(truncatingIfNeeded: channel & 31) }
    }
  }
}
