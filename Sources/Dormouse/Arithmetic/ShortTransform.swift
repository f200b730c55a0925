#if !DORMOUSE_WITHOUT_MICRO
  import DormouseISA

  /// Discrete Fourier transform of 512 real samples in 16-bit fixed point, rounded after every step just as kissfft
  /// (Borgerding) rounds with `FIXED_POINT=16`, so that features computed from it are those of the models trained with it.
  ///
  /// `X[k] = 1/512 sum(x[n] exp(-2 pi i k n / 512))`: a complex transform of 256 points over even (real part) and odd
  /// (imaginary part) samples, decimation in time, four passes of radix 4; then a pass that separates the two halves.
  /// Each pass first divides its input by the radix, multiplying with 32767 over the radix, rounded down, in Q15; then
  /// turns it. A turn by nothing changes nothing, so the first pass leaves it out.
  ///
  /// Complex numbers are words: see `dormouse_shorts.h`.
  struct ShortTransform {
    /// `exp(-2 pi i n / 512)` times 32767, for `n` up to 378.
    let turns: UnsafePointer<UInt32>

    /// Entries of the table of turns.
    static let turnCount = 379
    /// Complex points.
    static let points = 256
    private static let quarter: Int32 = 8191
    private static let half: Int32 = 16383

    /// Transforms 256 words at `samples`, times `2^shift`, into bins 1 to 255 of `spectrum`; bin 0 holds a by-product.
    ///
    /// `samples` and `spectrum` don't overlap.
    @inline(__always)
    func transform(
      _ samples: UnsafePointer<UInt32>, shift: Int32, into spectrum: UnsafeMutablePointer<UInt32>
    ) {
      firstPass(samples, ShortTransform.quarter &<< shift, spectrum)
      var run = 4
      while run < ShortTransform.points {
        pass(spectrum, run: run)
        run &<<= 2
      }
      separate(spectrum)
    }

    /// Four samples, a quarter apart, become four points; samples are taken in the order of reversed base-4 digits.
    @inline(__always)
    private func firstPass(
      _ samples: UnsafePointer<UInt32>, _ factor: Int32, _ spectrum: UnsafeMutablePointer<UInt32>
    ) {
      var output = spectrum
      var first = 0
      while first < 4 {
        var second = first
        while second < 16 {
          var third = second
          while third < 64 {
            let a = dm_shorts_scaled(samples[third], factor)
            let b = dm_shorts_scaled(samples[third &+ 64], factor)
            let c = dm_shorts_scaled(samples[third &+ 128], factor)
            let d = dm_shorts_scaled(samples[third &+ 192], factor)
            ShortTransform.combine(a, b, c, d, output, 1)
            output += 4
            third &+= 16
          }
          second &+= 4
        }
        first &+= 1
      }
    }

    /// Combines transforms of `run` points, four at a time.
    @inline(__always)
    private func pass(_ spectrum: UnsafeMutablePointer<UInt32>, run: Int) {
      let step = ShortTransform.points / 2 / run
      for j in 0..<run {
        let one = turns[j &* step]
        let two = turns[2 &* j &* step]
        let three = turns[3 &* j &* step]
        var place = spectrum + j
        let end = spectrum + ShortTransform.points
        while place < end {
          let a = dm_shorts_scaled(place[0], ShortTransform.quarter)
          let b = dm_shorts_product(dm_shorts_scaled(place[run], ShortTransform.quarter), one)
          let c = dm_shorts_product(dm_shorts_scaled(place[2 &* run], ShortTransform.quarter), two)
          let d = dm_shorts_product(dm_shorts_scaled(place[3 &* run], ShortTransform.quarter), three)
          ShortTransform.combine(a, b, c, d, place, run)
          place += 4 &* run
        }
      }
    }

    /// The transform of four points.
    @inline(__always)
    private static func combine(
      _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ output: UnsafeMutablePointer<UInt32>, _ run: Int
    ) {
      let sum = dm_shorts_add(a, c)
      let difference = dm_shorts_subtract(a, c)
      let cross = dm_shorts_add(b, d)
      let turned = dm_shorts_subtract(b, d)
      output[0] = dm_shorts_add(sum, cross)
      output[run] = dm_shorts_add_turned(difference, turned)
      output[2 &* run] = dm_shorts_subtract(sum, cross)
      output[3 &* run] = dm_shorts_subtract_turned(difference, turned)
    }

    /// Separates the spectra of even and odd samples and joins them.
    @inline(__always)
    private func separate(_ spectrum: UnsafeMutablePointer<UInt32>) {
      var low = spectrum + 1
      var high = spectrum + (ShortTransform.points &- 1)
      var turn = turns + (ShortTransform.points / 2 &+ 1)
      while low <= high {
        let p = dm_shorts_scaled(low[0], ShortTransform.half)
        let q = dm_shorts_scaled(dm_shorts_conjugate(high[0]), ShortTransform.half)
        let even = dm_shorts_add(p, q)
        let odd = dm_shorts_product(dm_shorts_subtract(p, q), turn[0])
        // Halves are rounded down after the sign of the imaginary part has changed. The middle bin is its own partner.
        low[0] = dm_shorts_half_sum(even, odd)
        high[0] =
          (dm_shorts_half_difference(even, odd) & 0xFFFF) | (dm_shorts_half_difference(odd, even) & 0xFFFF_0000)
        low += 1
        high -= 1
        turn += 1
      }
    }
  }
#endif
