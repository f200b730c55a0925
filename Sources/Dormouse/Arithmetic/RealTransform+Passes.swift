extension RealTransform {
  /// `exp(-2 pi i angle / 1024)` in Q31 as cosine and sine, so that the factor is `cosine - i sine`.
  @inline(__always)
  private static func factor(_ angle: Int) -> (cosine: Int32, sine: Int32) {
    let quarter = SineTable.circle / 4
    if angle <= quarter { return (SineTable.cosine(angle), SineTable.sine(angle)) }
    if angle <= 2 &* quarter {
      let rest = angle &- quarter
      return (0 &- SineTable.sine(rest), SineTable.cosine(rest))
    }
    let rest = angle &- 2 &* quarter
    return (0 &- SineTable.cosine(rest), 0 &- SineTable.sine(rest))
  }

  /// Half of `(re + i im) (cosine - i sine)`.
  @inline(__always)
  private static func turned(
    _ re: Int32, _ im: Int32, _ factor: (cosine: Int32, sine: Int32)
  ) -> (Int32, Int32) {
    (
      highProduct(re, factor.cosine) &+ highProduct(im, factor.sine),
      highProduct(im, factor.cosine) &- highProduct(re, factor.sine)
    )
  }

  /// Combines transforms of `run` points, four at a time, into transforms of `4 * run` points, at half scale.
  static func radix4(_ spectrum: UnsafeMutablePointer<Int32>, points: Int, run: Int) {
    let step = SineTable.circle / 4 / run
    var angle = 0
    for j in 0..<run {
      let b1 = factor(angle)
      let c1 = factor(2 &* angle)
      let d1 = factor(3 &* angle)
      var p = spectrum + 2 &* j
      let end = spectrum + 2 &* points
      while p < end {
        let q = p + 2 &* run
        let r = q + 2 &* run
        let s = r + 2 &* run
        let (cr, ci) = turned(r[0], r[1], c1)
        let ar = p[0] &>> 1
        let ai = p[1] &>> 1
        let (ur, ui) = (ar &+ cr, ai &+ ci)
        let (vr, vi) = (ar &- cr, ai &- ci)
        let (br, bi) = turned(q[0], q[1], b1)
        let (dr, di) = turned(s[0], s[1], d1)
        let (sr, si) = (br &+ dr, bi &+ di)
        let (tr, ti) = (br &- dr, bi &- di)
        p[0] = ur &+ sr
        p[1] = ui &+ si
        q[0] = vr &+ ti
        q[1] = vi &- tr
        r[0] = ur &- sr
        r[1] = ui &- si
        s[0] = vr &- ti
        s[1] = vi &+ tr
        p = s + 2 &* run
      }
      angle &+= step
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
