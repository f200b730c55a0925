#if !DORMOUSE_WITHOUT_MFCC
  extension FilterBank {
    /// As `energies`, with magnitudes `|X|` in place of squares: `32768 * sum(weight |X|)`, in units of the spectrum.
    @inline(__always)
    func magnitudes(of spectrum: UnsafePointer<Int32>, _ body: (_ band: Int, _ sum: UInt64) -> Void) {
      var bin = spectrum + 2 &* Int(table[0])
      var weight = table + (2 &+ bands)
      var risen: Int64 = 0
      for gap in 0...bands {
        let (plain, rising) = magnitudeSums(of: table[1 &+ gap], &bin, &weight)
        // Below the first edge nothing falls.
        if gap > 0 { body(gap &- 1, UInt64(bitPattern: risen &+ plain &<< 15 &- rising)) }
        risen = rising
      }
    }

    /// Sums over one gap: of `|X|`, and of it times the weight.
    @inline(__always)
    private func magnitudeSums(
      of count: UInt16, _ bin: inout UnsafePointer<Int32>, _ weight: inout UnsafePointer<UInt16>
    ) -> (plain: Int64, rising: Int64) {
      var plain: Int64 = 0
      var rising: Int64 = 0
      let end = weight + Int(count)
      while weight < end {
        let power = fullProduct(bin[0], bin[0]) &+ fullProduct(bin[1], bin[1])
        let (low, high) = unsafeBitCast(power, to: (UInt32, UInt32).self)
        let magnitude = Int32(bitPattern: SquareRoot.rounded(high: high, low: low))
        plain &+= fullProduct(magnitude, 1)
        rising &+= fullProduct(magnitude, Int32(truncatingIfNeeded: weight[0]))
        bin += 2
        weight += 1
      }
      return (plain, rising)
    }
  }
#endif
