/// Inputs side by side along one axis.
///
/// Preconditions: inputs and output share scale and zero point, and agree in the other two extents; their extents along
/// the axis add up to the output's. No weights, no scratch.
public enum Concatenation {
  /// The dimension along which inputs follow one another; raw values are those of `LayerRecord.axis`.
  public enum Axis: UInt8, Sendable {
    /// Time.
    case height = 0
    /// Bands.
    case width = 1
    /// Features.
    case channels = 2
  }

  /// Copies one input to its place in the output, `offset` along `axis`: the extents of the inputs before it.
  public static func run(
    _ input: Span<Int8>, _ inputShape: Shape, axis: Axis, at offset: Int, into output: inout MutableSpan<Int8>,
    _ outputShape: Shape
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard var source = input.baseAddress, let results = output.baseAddress else { return }
        // In every run of `step` output bytes, `chunk` come from this input.
        let chunk = inputShape.count(within: axis)
        let step = outputShape.count(within: axis)
        var target = results + offset &* outputShape.elementStride(along: axis)
        for _ in 0..<inputShape.runs(outside: axis) {
          target.copy(chunk, from: source)
          source += chunk
          target += step
        }
      }
    }
  }
}

extension Shape {
  /// Elements of one stretch that is contiguous in the output: everything from `axis` inwards.
  fileprivate func count(within axis: Concatenation.Axis) -> Int {
    switch axis {
    case .height: height &* width &* channels
    case .width: width &* channels
    case .channels: channels
    }
  }

  /// How many such stretches there are.
  fileprivate func runs(outside axis: Concatenation.Axis) -> Int {
    switch axis {
    case .height: 1
    case .width: height
    case .channels: height &* width
    }
  }

  /// Elements from one index along `axis` to the next.
  fileprivate func elementStride(along axis: Concatenation.Axis) -> Int {
    switch axis {
    case .height: width &* channels
    case .width: channels
    case .channels: 1
    }
  }
}
