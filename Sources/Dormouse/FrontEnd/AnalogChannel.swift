/// What a channel of the analog-binary front end remembers: 16 bytes.
struct AnalogChannelState: BitwiseCopyable {
  /// The filter's last output, and the one before it.
  var last: Int32 = 0
  var beforeLast: Int32 = 0
  /// Voltage of the smoothing capacitor.
  var envelope: Int32 = 0
  /// What the comparator compares with: `off` while it is high, `on` while it is low.
  var threshold: Int32
}

/// Filter, rectifier, envelope and comparator of one channel, at work.
struct AnalogChannel {
  let part: UnsafePointer<AnalogChannelRecord>
  let attack: Int32
  let decay: Int32

  /// Hears `count` samples, a pair of differences each, and says whether the comparator was high at any of them.
  ///
  /// The four products are summed in 64 bits, then floored: that moves the output by half of `2^-29` of full scale,
  /// which a filter at 79 Hz raises to a thirtieth of an int16 step.
  @inline(__always)
  func hear(
    _ block: UnsafePointer<Int32>, count: Int, state: UnsafeMutablePointer<AnalogChannelState>,
    peak: UnsafeMutablePointer<Int32>?
  ) -> Bool {
    let (b0, b1, r1, r2) = (part.pointee.b0, part.pointee.b1, part.pointee.r1, part.pointee.r2)
    let (clip, on, off) = (part.pointee.clip, part.pointee.on, part.pointee.off)
    var last = state.pointee.last
    var beforeLast = state.pointee.beforeLast
    var envelope = state.pointee.envelope
    var threshold = state.pointee.threshold
    var highest = peak?.pointee ?? 0
    var wasHigh = false
    var step = block
    let end = block + 2 &* count
    while step < end {
      let sum =
        fullProduct(b0, step[0]) &+ fullProduct(b1, step[1]) &+ fullProduct(r1, last) &+ fullProduct(r2, beforeLast)
      step += 2
      beforeLast = last
      last = Int32(truncatingIfNeeded: sum &>> 30)
      var drive = last < 0 ? 0 : last
      if drive > clip { drive = clip }
      // The high half of a product with a Q31 factor is half of what is meant: the other factor is doubled.
      if drive > envelope {
        envelope &+= highProduct((drive &- envelope) &<< 1, attack)
      } else {
        envelope &-= highProduct(envelope &<< 1, decay)
      }
      if envelope >= threshold {
        threshold = off
        wasHigh = true
      } else {
        threshold = on
      }
      if peak != nil, envelope > highest { highest = envelope }
    }
    state.pointee = AnalogChannelState(
      last: last, beforeLast: beforeLast, envelope: envelope, threshold: threshold)
    peak?.pointee = highest
    return wasHigh
  }
}
