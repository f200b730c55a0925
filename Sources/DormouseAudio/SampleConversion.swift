/// Conversions between sample representations, over whole blocks so that the compiler can vectorize them.
enum SampleConversion {
  /// Averages interleaved `channels` into one, in place: sample `i` of the result is the mean of frame `i`.
  static func mixDown(_ samples: UnsafeMutablePointer<Float>, frames: Int, channels: Int) {
    if channels == 2 {
      for frame in 0..<frames {
        samples[frame] = (samples[2 &* frame] + samples[2 &* frame &+ 1]) * 0.5
      }
      return
    }
    let gain = 1 / Float(channels)
    for frame in 0..<frames {
      var sum: Float = 0
      for channel in 0..<channels { sum += samples[frame &* channels &+ channel] }
      samples[frame] = sum * gain
    }
  }

  /// Full scale 1.0 becomes 32768; rounded to nearest, ties to even; saturated. The samples must be finite.
  ///
  /// Adding 1.5 * 2^23 leaves the rounded integer in the low bits of the float, which vectorizes where a call of
  /// `rint` does not.
  static func toInt16(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Int16>, count: Int) {
    let magic: Float = 12_582_912
    for index in 0..<count {
      let scaled = input[index] * 32768
      let low = scaled < -32768 ? -32768 : scaled
      let clamped = low > 32767 ? 32767 : low
      let bits = (clamped + magic).bitPattern &- magic.bitPattern
      output[index] = Int16(truncatingIfNeeded: Int32(bitPattern: bits))
    }
  }

  /// Full scale 32768 becomes 1.0, exactly.
  static func toFloat(_ input: UnsafePointer<Int16>, _ output: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { output[index] = Float(input[index]) * (1 / 32768) }
  }

  /// Index of the first sample that is infinite or not a number.
  static func firstNotFinite(_ samples: UnsafePointer<Float>, count: Int) -> Int? {
    // A float is finite if its exponent is not all ones; the or of "all ones" flags needs no branch in the loop.
    var found = false
    for index in 0..<count {
      found = found || samples[index].bitPattern & 0x7F80_0000 == 0x7F80_0000
    }
    guard found else { return nil }
    return (0..<count).first { !samples[$0].isFinite }
  }
}
