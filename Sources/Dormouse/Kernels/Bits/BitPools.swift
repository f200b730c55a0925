/// Maximum of signs over the window, padding not counted: whether any is positive.
extension MaxPool {
  /// `output[y, x, w] = input[row(y, i), column(x, j), w] | ...` over the window, word by word.
  ///
  /// `input` and `output` have the words of the shapes of `geometry`. Preconditions are those of the int8 pool.
  public static func run(_ input: Span<UInt32>, _ geometry: Geometry, into output: inout MutableSpan<UInt32>) {
    let words = SignWords.count(channels: geometry.input.channels)
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let elements = input.baseAddress, var results = output.baseAddress else { return }
        for y in 0..<geometry.output.height {
          for x in 0..<geometry.output.width {
            var pool = PoolElements(geometry, y, x, channels: words)
            for _ in 0..<words {
              var bits: UInt32 = 0
              pool.each { bits |= elements[$0] }
              results.pointee = bits
              results += 1
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
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let elements = input.baseAddress, var results = output.baseAddress else { return }
        for y in 0..<geometry.output.height {
          for x in 0..<geometry.output.width {
            var pool = PoolElements(geometry, y, x, channels: geometry.input.channels)
            for _ in 0..<geometry.input.channels {
              var sum: Int32 = 0
              pool.each { sum = sum &+ Int32(truncatingIfNeeded: elements[$0]) }
              results.pointee = Int16(truncatingIfNeeded: rounded(sum, over: pool.count))
              results += 1
            }
          }
        }
      }
    }
  }
}

/// The elements of a pooling window, channel by channel.
private struct PoolElements {
  private let window: PoolWindow
  private let step: Int
  private let rowStep: Int
  private var channel = 0

  /// `channels`: elements of a position, which may be words.
  @inline(__always)
  init(_ geometry: Geometry, _ y: Int, _ x: Int, channels: Int) {
    window = PoolWindow(geometry, y, x)
    step = channels
    rowStep = geometry.input.width &* channels
  }

  /// Positions inside the input.
  var count: Int32 { Int32(truncatingIfNeeded: window.height &* window.width) }

  /// Gives the index of each of a channel's elements, and moves on to the next channel.
  @inline(__always)
  mutating func each(_ body: (Int) -> Void) {
    var row = window.start &* step &+ channel
    for _ in 0..<window.height {
      var index = row
      for _ in 0..<window.width {
        body(index)
        index = index &+ step
      }
      row = row &+ rowStep
    }
    channel = channel &+ 1
  }
}
