/// Triangular filters over a spectrum: the mel table of an image (`LogMelRecord`) at work.
struct FilterBank {
  /// The first word of the table.
  let table: UnsafePointer<UInt16>
  /// Filters.
  let bands: Int

  /// Energies of all bands in order, each given to `body` with its band: half of the weighted sum of `|X|^2`, in units of
  /// the spectrum squared.
  ///
  /// Of each gap between two edges two sums are taken, one plain and one weighted; the rising band gets the weighted sum,
  /// the falling one the rest. The weight multiplies `X`, not `|X|^2`, so that a product needs only 64 bits. By Parseval's
  /// theorem the plain sum over all bins stays below 2^62 (see `RealTransform`): nothing overflows.
  @inline(__always)
  func energies(of spectrum: UnsafePointer<Int32>, _ body: (_ band: Int, _ energy: UInt64) -> Void) {
    var bin = spectrum + 2 &* Int(table[0])
    var weight = table + (2 &+ bands)
    var risen: Int64 = 0
    for gap in 0...bands {
      let (plain, rising) = sums(of: table[1 &+ gap], &bin, &weight)
      // Rounding can leave a small negative rest.
      let energy = risen &+ (plain &>> 1) &- rising
      // Below the first edge nothing falls.
      if gap > 0 { body(gap &- 1, energy < 0 ? 0 : UInt64(bitPattern: energy)) }
      risen = rising
    }
  }

  /// Sums over one gap: of `|X|^2`, and of half of it times the weight.
  @inline(__always)
  private func sums(
    of count: UInt16, _ bin: inout UnsafePointer<Int32>, _ weight: inout UnsafePointer<UInt16>
  ) -> (plain: Int64, rising: Int64) {
    var plain: Int64 = 0
    var rising: Int64 = 0
    let end = weight + Int(count)
    while weight < end {
      let re = bin[0]
      let im = bin[1]
      let factor = Int32(bitPattern: UInt32(weight[0]) &<< 16)
      plain &+= fullProduct(re, re) &+ fullProduct(im, im)
      rising &+= fullProduct(highProduct(re, factor), re)
      rising &+= fullProduct(highProduct(im, factor), im)
      bin += 2
      weight += 1
    }
    return (plain, rising)
  }
}
