/// Inputs of signs side by side along the channels, where the words of one may start in the middle of another's.
extension Concatenation {
  /// Copies one input to its channels of the output, `offset` on: the channels of the inputs before it.
  ///
  /// Inputs come in order; the first, at 0, clears the output. Along height and width the bytes of whole words are joined
  /// like any others.
  public static func run(
    _ input: Span<UInt32>, _ inputShape: Shape, atChannel offset: Int, into output: inout MutableSpan<UInt32>,
    _ outputShape: Shape
  ) {
    let words = SignWords.count(channels: inputShape.channels)
    let step = SignWords.count(channels: outputShape.channels)
    let first = offset &>> 5
    let shift = UInt32(truncatingIfNeeded: offset & 31)
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard var source = input.baseAddress, var target = output.baseAddress else { return }
        for _ in 0..<(outputShape.height &* outputShape.width) {
          if offset == 0 { for word in 0..<step { target[word] = 0 } }
          for word in first..<(first &+ words) {
            let bits = source.pointee
            source += 1
            target[word] |= bits &<< shift
            if shift > 0 && word &+ 1 < step { target[word &+ 1] |= bits &>> (32 &- shift) }
          }
          target += step
        }
      }
    }
  }
}

/// Two int16 inputs of one scale.
extension Add {
  /// `output = saturate(first + second)`; the output may be one of the inputs.
  public static func run(_ first: Span<Int16>, _ second: Span<Int16>, into output: inout MutableSpan<Int16>) {
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        output.withUnsafeMutableBufferPointer { output in
          for index in 0..<output.count { output[index] = saturated16(Int32(first[index]) &+ Int32(second[index])) }
        }
      }
    }
  }
}
