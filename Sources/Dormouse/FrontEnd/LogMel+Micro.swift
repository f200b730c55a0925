#if !DORMOUSE_WITHOUT_MICRO
  extension LogMel {
    /// Features of the `window` samples in `carry`, as `MicroRecord` defines them.
    func computeMicro(into frame: UnsafeMutablePointer<Int8>, scratch: UnsafeMutableRawPointer) {
      let spectrum = scratch.bindMemory(to: UInt32.self, capacity: 2 &* ShortTransform.points)
      let samples = spectrum + ShortTransform.points
      let shift = windowed(into: samples)
      let tables = section + Int(record.extraTable)
      let turns = (tables + MicroRecord.turns).assumingMemoryBound(to: UInt32.self)
      ShortTransform(turns: turns).transform(samples, shift: shift, into: spectrum)

      let micro = MicroBands(tables: tables, estimates: estimates)
      let scale = QuantizedMultiplier(multiplier: record.scaleMultiplier, shift: record.scaleShift)
      let zeroPoint = record.zeroPoint
      let origin = record.origin
      let melTable = (section + Int(record.melTable)).assumingMemoryBound(to: UInt16.self)
      let bank = FilterBank(table: melTable, bands: bands)
      bank.energies(of: UnsafePointer(spectrum)) { band, energy in
        let (low, high) = unsafeBitCast(energy, to: (UInt32, UInt32).self)
        let signal = SquareRoot.rounded(high: high, low: low) &>> UInt32(bitPattern: shift)
        var feature = zeroPoint &+ scale.apply(micro.level(of: signal, band: band) &- origin)
        if feature < -128 { feature = -128 }
        if feature > 127 { feature = 127 }
        frame[band] = Int8(truncatingIfNeeded: feature)
      }
    }

    /// Noise estimates, a word a band, behind the samples of the state.
    private var estimates: UnsafeMutablePointer<UInt32> {
      (carry + LogMel.carryLength(record)).assumingMemoryBound(to: UInt32.self)
    }

    /// Forgets the noise.
    func resetEstimates() {
      for band in 0..<bands { estimates[band] = 0 }
    }

    /// Samples times the window, without their lower 12 bits, in pairs, padded with zeros to 512; returns the left shift
    /// that makes the largest of them fill 15 bits.
    @inline(__always)
    private func windowed(into words: UnsafeMutablePointer<UInt32>) -> Int32 {
      let pairs = Int(record.window) &>> 1
      let samples = carry.assumingMemoryBound(to: UInt32.self)
      let table = (section + Int(record.windowTable)).assumingMemoryBound(to: UInt32.self)
      var magnitudes: Int32 = 0
      for index in 0..<pairs {
        let (sample, factor) = (Int32(bitPattern: samples[index]), Int32(bitPattern: table[index]))
        let first = (((sample &<< 16) &>> 16) &* ((factor &<< 16) &>> 16)) &>> 12
        let second = ((sample &>> 16) &* (factor &>> 16)) &>> 12
        magnitudes |= (first ^ (first &>> 31)) &- (first &>> 31)
        magnitudes |= (second ^ (second &>> 31)) &- (second &>> 31)
        words[index] = UInt32(bitPattern: (first & 0xFFFF) | (second &<< 16))
      }
      for index in pairs..<ShortTransform.points { words[index] = 0 }
      let shift = Int32(truncatingIfNeeded: (magnitudes & 0x7FFF).leadingZeroBitCount) &- 17
      // -32768 has no magnitude in 16 bits: it doesn't count, and a shift makes it zero.
      if magnitudes & 0x8000 != 0, shift > 0 {
        for index in 0..<pairs {
          if words[index] & 0xFFFF == 0x8000 { words[index] &= 0xFFFF_0000 }
          if words[index] &>> 16 == 0x8000 { words[index] &= 0xFFFF }
        }
      }
      return shift
    }
  }
#endif
