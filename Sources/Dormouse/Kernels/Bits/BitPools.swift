/// Maximum of signs over the window, padding not counted: whether any is positive.
extension MaxPool {
  /// `output[y, x, w] = input[row(y, i), column(x, j), w] | ...` over the window, word by word.
  ///
  /// `input` and `output` have the words of the shapes of `geometry`. Preconditions are those of the int8 pool.
  public static func run(_ input: Span<UInt32>, _ geometry: Geometry, into output: inout MutableSpan<UInt32>) {
    var geometry = geometry
    geometry.input.channels = SignWords.count(channels: geometry.input.channels)
    geometry.output.channels = geometry.input.channels
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        var next = 0
        for y in 0..<geometry.output.height {
          for x in 0..<geometry.output.width {
            let pool = PoolWindow(geometry, y, x)
            for word in 0..<geometry.input.channels {
              var bits: UInt32 = 0
              for i in 0..<pool.height {
                for j in 0..<pool.width {
                  bits |= input[pool.start &+ (i &* geometry.input.width &+ j) &* geometry.input.channels &+ word]
                }
              }
              output[next] = bits
              next = next &+ 1
            }
          }
        }
      }
    }
  }
}

/// Mean of int16 over the window, padding not counted, halves rounded away from zero.
extension AveragePool {
  /// Most taps of a window of int16: their sum and half their number stay within Int32.
  static var maximumTaps: Int { 32768 }

  /// `output[y, x, c] = round(mean_ij input[row(y, i), column(x, j), c])`.
  ///
  /// `input` and `output` have the shapes of `geometry` and share scale. Preconditions are those of the int8 pool.
  public static func run(_ input: Span<Int16>, _ geometry: Geometry, into output: inout MutableSpan<Int16>) {
    let channels = geometry.input.channels
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        var next = 0
        for y in 0..<geometry.output.height {
          for x in 0..<geometry.output.width {
            let pool = PoolWindow(geometry, y, x)
            let count = Int32(truncatingIfNeeded: pool.height &* pool.width)
            for channel in 0..<channels {
              var sum: Int32 = 0
              for i in 0..<pool.height {
                for j in 0..<pool.width {
                  let index = pool.start &+ (i &* geometry.input.width &+ j) &* channels &+ channel
                  sum = sum &+ Int32(input[index])
                }
              }
              output[next] = Int16(truncatingIfNeeded: rounded(sum, over: count))
              next = next &+ 1
            }
          }
        }
      }
    }
  }
}
