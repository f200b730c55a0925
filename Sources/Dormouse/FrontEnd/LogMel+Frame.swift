extension LogMel {
  /// Features of the `window` samples in `carry`.
  func compute(into frame: UnsafeMutablePointer<Int8>, scratch: UnsafeMutableRawPointer) {
    #if !DORMOUSE_WITHOUT_MICRO
      if record.kind == LogMelRecord.micro { return computeMicro(into: frame, scratch: scratch) }
    #endif
    #if !DORMOUSE_WITHOUT_MFCC
      if record.kind == LogMelRecord.mfcc { return computeCepstrum(into: frame, scratch: scratch) }
    #endif
    let spectrum = spectrum(scratch)
    let scale = QuantizedMultiplier(multiplier: record.scaleMultiplier, shift: record.scaleShift)
    let zeroPoint = record.zeroPoint
    let origin = record.origin
    // An energy is half the weighted sum of squares.
    let unit = (2 &* record.spectrumFraction &- 1) &<< 16
    let melTable = (section + Int(record.melTable)).assumingMemoryBound(to: UInt16.self)
    let bank = FilterBank(table: melTable, bands: bands)
    bank.energies(of: spectrum) { band, energy in
      var level = Logarithm.log2(energy) &- unit
      if level < 0 { level = 0 }
      var feature = zeroPoint &+ scale.apply(level &- origin)
      if feature < -128 { feature = -128 }
      if feature > 127 { feature = 127 }
      frame[band] = Int8(truncatingIfNeeded: feature)
    }
  }

  /// The transform of the windowed samples in `carry`: `fftLength` numbers at the start of `scratch`.
  #if DORMOUSE_WITHOUT_MFCC
    @inline(__always)
  #else
    @inline(never)
  #endif
  func spectrum(_ scratch: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Int32> {
    let length = Int(record.fftLength)
    let spectrum = scratch.bindMemory(to: Int32.self, capacity: length)
    let window = (section + Int(record.windowTable)).assumingMemoryBound(to: Int32.self)
    let source = WindowedSamples(samples: carry, table: window, window: Int(record.window))
    RealTransform(length: length).transform(source, into: spectrum)
    return spectrum
  }
}
