#if !DORMOUSE_WITHOUT_MICRO
  /// What the micro front end does to the signal of each band: noise reduction, gain, logarithm (`MicroRecord`).
  ///
  /// All shifts are those that TensorFlow's microfrontend arrives at with 512 points and its usual settings.
  struct MicroBands {
    let record: MicroRecord
    let logarithms: UnsafePointer<UInt16>
    let gains: UnsafePointer<Int16>
    /// A word a band.
    let estimates: UnsafeMutablePointer<UInt32>

    /// - Parameter tables: a validated `MicroRecord` and its tables.
    @inline(__always)
    init(tables: UnsafeRawPointer, estimates: UnsafeMutablePointer<UInt32>) {
      record = tables.load(as: MicroRecord.self)
      logarithms = (tables + MicroRecord.logarithms).assumingMemoryBound(to: UInt16.self)
      gains = (tables + MicroRecord.gains).assumingMemoryBound(to: Int16.self)
      self.estimates = estimates
    }

    /// The level of a band, 0 to 65535.
    @inline(__always)
    func level(of signal: UInt32, band: Int) -> Int32 {
      let estimate = updatedEstimate(signal, band)
      let scaled = signal &<< 10
      let excess = (scaled &- (estimate < scaled ? estimate : scaled)) &>> 10
      let floor = MicroBands.product(signal, UInt32(record.remaining), shift: 14)
      let clean = excess > floor ? excess : floor
      return logarithm(MicroBands.compressed(MicroBands.product(clean, gain(estimate), shift: 6)) &<< 3)
    }

    @inline(__always)
    private func updatedEstimate(_ signal: UInt32, _ band: Int) -> UInt32 {
      let smoothing = UInt32(band & 1 == 0 ? record.evenSmoothing : record.oddSmoothing)
      let new = (signal &<< 10).multipliedFullWidth(by: smoothing)
      let old = estimates[band].multipliedFullWidth(by: 16384 &- smoothing)
      let (low, carry) = new.low.addingReportingOverflow(old.low)
      let high = new.high &+ old.high &+ (carry ? 1 : 0)
      let estimate = (high &<< 18) | (low &>> 14)
      estimates[band] = estimate
      return estimate
    }

    /// The gain at a noise estimate: in each doubling of the noise a parabola.
    @inline(__always)
    private func gain(_ noise: UInt32) -> UInt32 {
      guard noise > 2 else { return UInt32(bitPattern: Int32(truncatingIfNeeded: gains[Int(noise)])) }
      let bits = 32 &- noise.leadingZeroBitCount
      let piece = gains + (4 &* bits &- 6)
      let position =
        bits < 11 ? noise &<< UInt32(truncatingIfNeeded: 11 &- bits) : noise &>> UInt32(truncatingIfNeeded: bits &- 11)
      let fraction = Int32(bitPattern: position & 0x3FF)
      let slope = ((Int32(truncatingIfNeeded: piece[2]) &* fraction) &>> 5) &+ Int32(truncatingIfNeeded: piece[1]) &<< 5
      let rise = (slope &* fraction &+ (1 &<< 14)) &>> 15
      return UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: rise &+ Int32(truncatingIfNeeded: piece[0]))))
    }

    /// Linear with 6 bits of fraction from Q12 where the ratio of signal to noise is above 2, a parabola below.
    @inline(__always)
    private static func compressed(_ ratio: UInt32) -> UInt32 {
      ratio < 2 << 12 ? (ratio &* ratio) &>> 20 : (ratio &>> 6) &- 64
    }

    /// `64 ln(value)`, by 128 straight pieces an octave.
    @inline(__always)
    private func logarithm(_ value: UInt32) -> Int32 {
      guard value > 1 else { return 0 }
      let whole = UInt32(truncatingIfNeeded: 31 &- value.leadingZeroBitCount)
      let rest = value &- (1 &<< whole)
      let fraction = Int32(bitPattern: whole < 16 ? rest &<< (16 &- whole) : rest &>> (whole &- 16))
      let piece = Int(fraction &>> 9)
      let start = Int32(logarithms[piece])
      let rise = Int32(logarithms[piece &+ 1]) &- start
      let bend = (rise &* (fraction & 0x1FF)) &>> 16
      let log2 = (whole &<< 16) &+ UInt32(bitPattern: fraction &+ start &+ bend)
      // ln 2 in Q16.
      let product = log2.multipliedFullWidth(by: 45426)
      let (low, carry) = product.low.addingReportingOverflow(1 << 15)
      let natural = ((product.high &+ (carry ? 1 : 0)) &<< 16) | (low &>> 16)
      let level = ((natural &<< 6) &+ (1 << 15)) &>> 16
      return level < 0xFFFF ? Int32(bitPattern: level) : 0xFFFF
    }

    @inline(__always)
    private static func product(_ a: UInt32, _ b: UInt32, shift: UInt32) -> UInt32 {
      let product = a.multipliedFullWidth(by: b)
      return (product.high &<< (32 &- shift)) | (product.low &>> shift)
    }
  }
#endif
