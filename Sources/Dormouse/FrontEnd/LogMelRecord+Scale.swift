extension LogMelRecord {
  /// Features of a frame: bands or, of MFCC, coefficients.
  @inline(__always)
  public var features: Int {
    #if !DORMOUSE_WITHOUT_MFCC
      if kind == LogMelRecord.mfcc { return Int(truncatingIfNeeded: coefficients) }
    #endif
    return Int(bands)
  }

  /// The spectrum is computed in units of `2^-spectrumFraction` of an int16 sample: 8, 7 or 6 for 256, 512 or 1024 points.
  ///
  /// So a full-scale sine in a Hann window reaches a quarter of the Int32 range whatever the length, and no input in any
  /// window reaches all of it.
  @inline(__always)
  public var spectrumFraction: Int32 { fftLength == 256 ? 8 : fftLength == 512 ? 7 : 6 }

  /// What a coefficient of one is in the window table: `2^27` for 256 points, else `2^26`.
  ///
  /// A windowed sample drops 16 bits of its product, and the transform halves a few times.
  public var windowOne: Int32 {
    1 &<< (16 &+ spectrumFraction &+ Int32(truncatingIfNeeded: RealTransform.halvings(length: Int(fftLength))))
  }
}
