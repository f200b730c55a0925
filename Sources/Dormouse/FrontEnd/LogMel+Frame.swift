extension LogMel {
  /// Features of the `window` samples in `carry`.
  func compute(into frame: UnsafeMutablePointer<Int8>, scratch: UnsafeMutableRawPointer) {
    let length = Int(record.fftLength)
    let spectrum = scratch.bindMemory(to: Int32.self, capacity: length)
    // The spectrum is in 2^-8, 2^-7 or 2^-6 units of an int16 sample for 256, 512, 1024 points.
    let fraction: Int32 = length == 256 ? 8 : length == 512 ? 7 : 6
    let shift = 16 &- fraction &- Int32(truncatingIfNeeded: RealTransform.halvings(length: length))
    let source = WindowedSamples(
      samples: carry, table: section + Int(record.windowTable), window: Int(record.window), shift: shift)
    RealTransform(length: length).transform(source, into: spectrum)

    let scale = QuantizedMultiplier(multiplier: record.scaleMultiplier, shift: record.scaleShift)
    let zeroPoint = record.zeroPoint
    let origin = record.origin
    // An energy is half the weighted sum of squares.
    let unit = (2 &* fraction &- 1) &<< 16
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
}
