#if !DORMOUSE_WITHOUT_MICRO
  import DormouseISA

  extension FilterBank {
    /// As `energies`, of a spectrum of 16-bit complex numbers and with weights in Q12: `4096 * sum(weight |X|^2)`.
    ///
    /// By Parseval's theorem the sum of all `|X|^2` stays below 2^30 (see `ShortTransform`).
    @inline(__always)
    func energies(of spectrum: UnsafePointer<UInt32>, _ body: (_ band: Int, _ energy: UInt64) -> Void) {
      var bin = spectrum + Int(table[0])
      var weight = table + (2 &+ bands)
      var risen = shortSums(of: table[1], &bin, &weight).rising
      for band in 0..<bands {
        let (plain, rising) = shortSums(of: table[2 &+ band], &bin, &weight)
        body(band, UInt64(bitPattern: risen &+ fullProduct(Int32(bitPattern: plain), 4096) &- rising))
        risen = rising
      }
    }

    /// Sums over one gap: of `|X|^2`, and of it times the weight.
    @inline(__always)
    private func shortSums(
      of count: UInt16, _ bin: inout UnsafePointer<UInt32>, _ weight: inout UnsafePointer<UInt16>
    ) -> (plain: UInt32, rising: Int64) {
      var plain: UInt32 = 0
      var rising: Int64 = 0
      let end = weight + Int(count)
      while weight < end {
        let power = dm_shorts_power(bin[0])
        plain &+= power
        rising &+= fullProduct(Int32(bitPattern: power), Int32(truncatingIfNeeded: weight[0]))
        bin += 1
        weight += 1
      }
      return (plain, rising)
    }
  }
#endif
