/// A comparator of the analog board has changed its level.
public struct ComparatorEdge: Equatable, Sendable, BitwiseCopyable {
  /// When: ticks of a 32768 Hz timer, modulo 2^32.
  public var tick: UInt32
  /// Whose comparator.
  public var channel: UInt8
  /// The new level.
  public var isHigh: Bool

  /// Memberwise.
  public init(tick: UInt32, channel: UInt8, isHigh: Bool) {
    self.tick = tick
    self.channel = channel
    self.isHigh = isHigh
  }
}

/// Why an edge was refused.
public enum EdgeError: UInt8, Error, Sendable {
  /// The bank has no such channel.
  case noSuchChannel = 1
  /// It is older than one before it, or by more than half of the timer's range too late.
  case outOfOrder = 2
  /// The comparator is at that level already: an edge between was lost.
  case lostEdge = 3
}

/// Turns the edges of an analog board into the frames that `AnalogBinary` computes from samples.
///
/// A bit is 1 if the comparator was high at any moment of the window. All comparators start low; a comparator counts as
/// high in the ticks of both its edges. Firmware calls `push` for each edge, in order of time, and `advance` when
/// time has passed without one, and hands each frame to `Spotter.push(frame:)`.
public struct ComparatorEdges {
  /// Ticks a second.
  public static var tickRate: UInt32 { 32768 }

  private let channels: UInt8
  private var levels = InlineArray<2, UInt32>(repeating: 0)
  private var bits = InlineArray<2, UInt32>(repeating: 0)
  private var latest: UInt32
  /// First tick of the next window.
  private var end: UInt32
  /// A window is `whole` ticks and `part / rate`; `rest / rate` is what `end` is rounded up by.
  private let whole: UInt32
  private let part: UInt32
  private let rate: UInt32
  private var rest: UInt32

  /// - Parameters:
  ///   - record: a record that is validated; of its settings only sample rate, window and channels matter.
  ///   - start: tick at which the first window starts.
  public init(_ record: AnalogBinaryRecord, start: UInt32 = 0) {
    channels = UInt8(truncatingIfNeeded: record.channels)
    rate = record.sampleRate
    let ticks = UInt32(record.window) &* ComparatorEdges.tickRate
    whole = ticks / rate
    part = ticks % rate
    rest = 0
    latest = start
    end = start
    extend()
  }

  /// Words of a frame.
  public var words: Int { (Int(channels) &+ 31) &>> 5 }

  /// Takes an edge, or completes the frame before it.
  ///
  /// - Parameter frame: `words` words, written if a frame is complete.
  /// - Returns: whether a frame was written; the edge was not taken then: push it again.
  /// - Throws: why the edge is refused; nothing has changed then.
  public mutating func push(
    _ edge: ComparatorEdge, into frame: UnsafeMutablePointer<UInt32>
  ) throws(EdgeError) -> Bool {
    guard edge.channel < channels else { throw .noSuchChannel }
    guard Int32(bitPattern: edge.tick &- latest) >= 0 else { throw .outOfOrder }
    let word = Int(edge.channel &>> 5)
    let mask: UInt32 = 1 &<< UInt32(edge.channel & 31)
    guard (levels[word] & mask != 0) != edge.isHigh else { throw .lostEdge }
    if advance(to: edge.tick, into: frame) { return true }
    levels[word] ^= mask
    bits[word] |= levels[word]
    return false
  }

  /// Completes the frame that ends by `tick`.
  ///
  /// - Parameter frame: `words` words, written if a frame is complete.
  /// - Returns: whether a frame was written; call again, for there may be more.
  public mutating func advance(to tick: UInt32, into frame: UnsafeMutablePointer<UInt32>) -> Bool {
    if Int32(bitPattern: tick &- end) >= 0 {
      for word in 0..<words { frame[word] = bits[word] }
      bits = levels
      latest = end
      extend()
      return true
    }
    if Int32(bitPattern: tick &- latest) > 0 { latest = tick }
    return false
  }

  /// Moves `end` on by one window, to the next whole tick.
  private mutating func extend() {
    // end = ceil(exact): the exact end lies rest / rate before it.
    end &+= whole
    if rest >= part {
      rest &-= part
    } else {
      end &+= 1
      rest &+= rate &- part
    }
  }
}
