#if !DORMOUSE_WITHOUT_MFCC
  extension LogMel {
    /// Features of the `window` samples in `carry`, as `CepstrumRecord` defines them. Levels lie behind the spectrum.
    func computeCepstrum(into frame: UnsafeMutablePointer<Int8>, scratch: UnsafeMutableRawPointer) {
      let spectrum = spectrum(scratch)
      let tables = section + Int(record.extraTable)
      let floor = widened(tables.load(as: CepstrumRecord.self).floor)
      let melTable = (section + Int(record.melTable)).assumingMemoryBound(to: UInt16.self)
      let levels = spectrum + Int(record.fftLength)
      FilterBank(table: melTable, bands: bands).magnitudes(of: spectrum) { band, sum in
        levels[band] = Logarithm.log2(sum &+ floor) &- record.origin
      }
      var cosine = (tables + CepstrumRecord.cosines).assumingMemoryBound(to: Int16.self)
      let scale = QuantizedMultiplier(multiplier: record.scaleMultiplier, shift: record.scaleShift)
      for coefficient in 0..<features {
        var sum: Int64 = 0
        for band in 0..<bands {
          sum &+= fullProduct(levels[band], Int32(truncatingIfNeeded: cosine[0]))
          cosine += 1
        }
        var feature = record.zeroPoint &+ scale.apply(Int32(truncatingIfNeeded: (sum &+ (1 &<< 13)) &>> 14))
        if feature < -128 { feature = -128 }
        if feature > 127 { feature = 127 }
        frame[coefficient] = Int8(truncatingIfNeeded: feature)
      }
    }
  }

  extension LogMelRecord {
    /// Proves what `computeCepstrum` relies on beside what all kinds do; cosines may be anything.
    @_optimize(size)
    func validateCepstrum(section: UnsafeRawPointer, length: Int, offset: Int) throws(ImageError) {
      guard coefficients >= 1, coefficients <= 32 else { throw ImageError(.frontEnd, at: offset &+ 56, .badCount) }
      guard extraTable & 3 == 0 else { throw ImageError(.frontEnd, at: offset &+ 52, .misaligned) }
      let bytes = UInt32(truncatingIfNeeded: CepstrumRecord.cosines) &+ 2 &* coefficients &* UInt32(bands)
      guard LogMelRecord.fits(extraTable, bytes, in: length) else {
        throw ImageError(.frontEnd, at: offset &+ 52, .outOfBounds)
      }
      let reserved = (section + Int(extraTable)).load(as: CepstrumRecord.self).reserved
      guard reserved == (0, 0, 0) else {
        throw ImageError(.frontEnd, at: offset &+ Int(extraTable) &+ 4, .reservedNotZero)
      }
    }
  }
#endif
