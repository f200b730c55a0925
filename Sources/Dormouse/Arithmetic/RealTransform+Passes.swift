extension RealTransform {
  /// Half of `(re + i im) (cosine - i sine)`.
  @inline(__always)
  private static func turned(_ re: Int32, _ im: Int32, _ cosine: Int32, _ sine: Int32) -> (Int32, Int32) {
    (highProduct(re, cosine) &+ highProduct(im, sine), highProduct(im, cosine) &- highProduct(re, sine))
  }

  /// Half of `(re + i im) (cosine + i sine)`.
  @inline(__always)
  private static func turnedBack(_ re: Int32, _ im: Int32, _ cosine: Int32, _ sine: Int32) -> (Int32, Int32) {
    (highProduct(re, cosine) &- highProduct(im, sine), highProduct(im, cosine) &+ highProduct(re, sine))
  }

  /// Combines transforms of `run` points, four at a time, into transforms of `4 * run` points, at half scale:
  /// with `W = exp(-2 pi i / (4 run))`, `X[j + m run] = A[j] + (-i)^m W^j B[j] + (-1)^m W^2j C[j] + i^m W^-j D[j]`.
  #if DORMOUSE_SMALL
    @inline(never)
  #else
    @inline(__always)
  #endif
  static func radix4(_ spectrum: UnsafeMutablePointer<Int32>, points: Int, run: Int) {
    let quarter = SineTable.circle / 4
    let step = quarter / run
    var angle = 0
    for j in 0..<run {
      let cosine = SineTable.cosine(angle)
      let sine = SineTable.sine(angle)
      // Of twice the angle, up to half a circle.
      let past = 2 &* angle &- quarter
      let cosine2 = past <= 0 ? SineTable.sine(0 &- past) : 0 &- SineTable.sine(past)
      let sine2 = SineTable.cosine(past <= 0 ? 0 &- past : past)
      angle &+= step
      var a = spectrum + 2 &* j
      for _ in 0..<points / (4 &* run) {
        let b = a + 2 &* run
        let c = b + 2 &* run
        let d = c + 2 &* run
        // In this order few values are alive at a time.
        let (br, bi) = turned(b[0], b[1], cosine, sine)
        let (dr, di) = turnedBack(d[0], d[1], cosine, sine)
        let (sr, si) = (br &+ dr, bi &+ di)
        let (tr, ti) = (br &- dr, bi &- di)
        let (cr, ci) = turned(c[0], c[1], cosine2, sine2)
        let ar = a[0] &>> 1
        let ai = a[1] &>> 1
        let (ur, ui) = (ar &+ cr, ai &+ ci)
        a[0] = ur &+ sr
        a[1] = ui &+ si
        c[0] = ur &- sr
        c[1] = ui &- si
        let (vr, vi) = (ar &- cr, ai &- ci)
        b[0] = vr &+ ti
        b[1] = vi &- tr
        d[0] = vr &- ti
        d[1] = vi &+ tr
        a = d + 2 &* run
      }
    }
  }

  /// Separates the spectra of even and odd samples, which the complex transform `Z` holds mixed, and joins them:
  /// `X[k] = (Z[k] + Z*[M-k]) / 2 - i exp(-2 pi i k / length) (Z[k] - Z*[M-k]) / 2`, and the conjugate of the
  /// difference is `X[M-k]`; M is `length / 2`. No sum exceeds twice the spectrum of one half, hence the bound of `X`.
  @inline(__always)
  func separate(_ spectrum: UnsafeMutablePointer<Int32>) {
    let half = length &>> 2
    let step = SineTable.circle / length
    var p = spectrum + 2
    var q = spectrum + (length &- 2)
    var angle = step
    for _ in 1..<half {
      let cosine = SineTable.cosine(angle)
      let sine = SineTable.sine(angle)
      let (er, ei) = ((p[0] &+ q[0]) &>> 1, (p[1] &- q[1]) &>> 1)
      let (or, oi) = (p[0] &- q[0], p[1] &+ q[1])
      let tr = highProduct(oi, cosine) &- highProduct(or, sine)
      let ti = highProduct(oi, sine) &+ highProduct(or, cosine)
      p[0] = er &+ tr
      p[1] = ei &- ti
      q[0] = er &- tr
      q[1] = 0 &- ei &- ti
      p += 2
      q -= 2
      angle &+= step
    }
    // The middle bin is its own partner: X[M/2] = Z*[M/2].
    p[1] = 0 &- p[1]
  }
}
