/// Where a transform finds its input: `length / 2` pairs of successive real samples.
protocol SamplePairs {
  /// Samples `2 * index` and `2 * index + 1`, at most 2^26 in magnitude (2^25 for 512 and 1024 points).
  func pair(_ index: Int) -> (Int32, Int32)
}

/// Discrete Fourier transform of 256, 512 or 1024 real samples, in 32-bit fixed point.
///
/// `X[k] = scale * sum(x[n] exp(-2 pi i k n / length))`, by a complex transform of half the length over even (real part)
/// and odd (imaginary part) samples: decimation in time, a first pass of radix 4 (or 2) without twiddle factors, radix-4
/// passes, and a last one that separates the two halves.
///
/// **Scale.** Every radix-4 pass with twiddle factors halves its output, because the high half of a product with a Q31
/// factor is half of the real product: the scale is 1/8 for 256 and 512 points and 1/16 for 1024. After a pass each value
/// is a sum over a part of the input, with factors of magnitude 1, times the scale so far; so no value exceeds
/// `scale * sum(|x|)`, whatever the input. With magnitudes up to 2^26 (256 points) and 2^25 (512, 1024) that is 2^31, and
/// half of it under a Hann window, whose mean is 1/2, which leaves room for the rounding errors. Under another window a
/// full-scale constant may wrap around, which is wrong but harmless: no arithmetic traps.
///
/// **Precision.** Every product is rounded down by less than one unit. Where these errors add up in phase they reach
/// 24 units of the output (48 for 1024 points), elsewhere one or two. In the units of `LogMel` that is less than the
/// spectrum of one int16 step, so that quiet input needs no scaling of its own.
struct RealTransform {
  /// Real samples: 256, 512 or 1024.
  let length: Int

  /// Complex points.
  @inline(__always)
  private var points: Int { length &>> 1 }

  /// Right shifts in all passes together.
  @inline(__always)
  static func halvings(length: Int) -> Int { length == 1024 ? 4 : 3 }

  /// Transforms `source` into `spectrum`, `length` words aligned to 8: real and imaginary part of bins 1 to
  /// `length / 2 - 1`, bin `k` at word `2 k`. Bin 0 (words 0 and 1) holds a by-product.
  @inline(__always)
  func transform(_ source: some SamplePairs, into spectrum: UnsafeMutablePointer<Int32>) {
    switch length {
    case 512:
      firstPassRadix4(source, spectrum)
      RealTransform.radix4(spectrum, points: 256, run: 4)
      RealTransform.radix4(spectrum, points: 256, run: 16)
      RealTransform.radix4(spectrum, points: 256, run: 64)
    default:
      firstPassRadix2(source, spectrum)
      var run = 2
      while run < points {
        RealTransform.radix4(spectrum, points: points, run: run)
        run &<<= 2
      }
    }
    separate(spectrum)
  }

  /// The first sample pair of group `group + 1` if `index` is that of `group`.
  ///
  /// The base-4 digits of a group's number, reversed, are the digits of the index, but digit 3 stands for -1: the fourth of
  /// interleaved quarters begins *before* the first, which lets its twiddle factor be the conjugate of the
  /// second's (the conjugate-pair algorithm of Kamar and Elcherif, 1989). Modulo `points`.
  @inline(__always)
  private static func successor(_ index: Int, group: Int, groups: Int) -> Int {
    var next = index
    var digit = groups &>> 2
    var count = group
    while count & 3 == 3 {
      next &+= digit
      digit &>>= 2
      count &>>= 2
    }
    return count & 3 == 2 ? next &- 3 &* digit : next &+ digit
  }

  @inline(__always)
  private func firstPassRadix4(_ source: some SamplePairs, _ spectrum: UnsafeMutablePointer<Int32>) {
    let quarter = points &>> 2
    let mask = points &- 1
    var output = spectrum
    var index = 0
    for group in 0..<quarter {
      let (br, bi) = source.pair((index &+ quarter) & mask)
      let (dr, di) = source.pair((index &+ 3 &* quarter) & mask)
      let (ar, ai) = source.pair(index & mask)
      let (cr, ci) = source.pair((index &+ 2 &* quarter) & mask)
      let (ur, ui) = (ar &+ cr, ai &+ ci)
      let (vr, vi) = (ar &- cr, ai &- ci)
      let (sr, si) = (br &+ dr, bi &+ di)
      let (tr, ti) = (br &- dr, bi &- di)
      output[0] = ur &+ sr
      output[1] = ui &+ si
      output[2] = vr &+ ti
      output[3] = vi &- tr
      output[4] = ur &- sr
      output[5] = ui &- si
      output[6] = vr &- ti
      output[7] = vi &+ tr
      output += 8
      index = RealTransform.successor(index, group: group, groups: quarter)
    }
  }

  @inline(__always)
  private func firstPassRadix2(_ source: some SamplePairs, _ spectrum: UnsafeMutablePointer<Int32>) {
    let half = points &>> 1
    let mask = points &- 1
    var output = spectrum
    var index = 0
    for group in 0..<half {
      let (ar, ai) = source.pair(index & mask)
      let (br, bi) = source.pair((index &+ half) & mask)
      output[0] = ar &+ br
      output[1] = ai &+ bi
      output[2] = ar &- br
      output[3] = ai &- bi
      output += 4
      index = RealTransform.successor(index, group: group, groups: half)
    }
  }
}
