/// Signs of shifted values, a threshold and a polarity a channel.
///
/// Thresholds (`biases`) are in steps of the input, zero point included, so that values are compared as they are stored;
/// polarities (`shifts`) are 1 or -1. No weights, no scratch.
public enum Binarize {
  /// Bit `c` of a position of `output` is `input[c] >= biases[c]`, or, where `shifts[c]` is negative,
  /// `input[c] <= biases[c]`.
  ///
  /// `input` has the elements of `shape`, `output` its words.
  public static func run(
    _ input: Span<Int8>, _ constants: LayerConstants, _ shape: Shape, into output: inout MutableSpan<UInt32>
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let elements = input.baseAddress, let words = output.baseAddress else { return }
        binarize(elements, constants, shape, into: words)
      }
    }
  }

  /// The same from int16.
  public static func run(
    _ input: Span<Int16>, _ constants: LayerConstants, _ shape: Shape, into output: inout MutableSpan<UInt32>
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let elements = input.baseAddress, let words = output.baseAddress else { return }
        binarize(elements, constants, shape, into: words)
      }
    }
  }

  /// A word at a time, from its highest bit down, so that bits move up by doubling.
  @inline(__always)
  private static func binarize<Element: ActivationElement>(
    _ elements: UnsafePointer<Element>, _ constants: LayerConstants, _ shape: Shape,
    into words: UnsafeMutablePointer<UInt32>
  ) {
    var elements = elements
    var words = words
    for _ in 0..<(shape.height &* shape.width) {
      var channel = 0
      while channel < shape.channels {
        let end = min(channel &+ 32, shape.channels)
        var word: UInt32 = 0
        var last = end
        while last > channel {
          last = last &- 1
          word = word &+ word
          if constants.bit(elements[last].widened, channel: last) { word |= 1 }
        }
        words.pointee = word
        words += 1
        channel = end
      }
      elements += shape.channels
    }
  }
}
