import CALSA

/// How a device delivers samples, and how they become mono floats.
struct CaptureFormat: Equatable {
  /// One sample of one channel.
  enum Sample: CaseIterable {
    case int16, int32, float32, int24, packedInt24, uint8

    /// ALSA's number of it.
    var alsa: snd_pcm_format_t {
      switch self {
      case .int16: SND_PCM_FORMAT_S16_LE
      case .int32: SND_PCM_FORMAT_S32_LE
      case .float32: SND_PCM_FORMAT_FLOAT_LE
      case .int24: SND_PCM_FORMAT_S24_LE
      case .packedInt24: SND_PCM_FORMAT_S24_3LE
      case .uint8: SND_PCM_FORMAT_U8
      }
    }

    /// Bytes.
    var length: Int {
      switch self {
      case .int16: 2
      case .int32, .float32, .int24: 4
      case .packedInt24: 3
      case .uint8: 1
      }
    }

    var words: String {
      switch self {
      case .int16: "16-bit"
      case .int32: "32-bit"
      case .float32: "floating-point"
      case .int24, .packedInt24: "24-bit"
      case .uint8: "8-bit"
      }
    }
  }

  var sample: Sample
  var sampleRate: Int
  var channels: Int

  /// Bytes of a sample of all channels.
  var frameLength: Int { sample.length * channels }

  /// Writes the mean of each frame's channels to `output`, full scale 1.0. `floats` has room for all channels.
  func mix(_ raw: UnsafeRawPointer, frames: Int, through floats: UnsafeMutablePointer<Float>) {
    let count = frames * channels
    switch sample {
    case .int16: SampleConversion.toFloat(raw.assumingMemoryBound(to: Int16.self), floats, count: count)
    case .int32:
      for index in 0..<count {
        floats[index] = Float(raw.loadUnaligned(fromByteOffset: 4 &* index, as: Int32.self)) * 0x1p-31
      }
    case .int24:
      // The highest byte is undefined.
      for index in 0..<count {
        floats[index] = Float(raw.loadUnaligned(fromByteOffset: 4 &* index, as: Int32.self) &<< 8) * 0x1p-31
      }
    case .packedInt24:
      for index in 0..<count {
        let low = Int32(raw.loadUnaligned(fromByteOffset: 3 &* index, as: UInt16.self))
        let high = Int32(raw.load(fromByteOffset: 3 &* index &+ 2, as: Int8.self))
        floats[index] = Float(high &<< 16 | low) * 0x1p-23
      }
    case .float32:
      for index in 0..<count {
        let value = raw.loadUnaligned(fromByteOffset: 4 &* index, as: Float.self)
        floats[index] = value.isFinite ? value : 0
      }
    case .uint8:
      for index in 0..<count {
        floats[index] = (Float(raw.load(fromByteOffset: index, as: UInt8.self)) - 128) * 0x1p-7
      }
    }
    if channels > 1 { SampleConversion.mixDown(floats, frames: frames, channels: channels) }
  }
}
