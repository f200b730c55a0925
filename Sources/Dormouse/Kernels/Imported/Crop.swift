/// Rectangular parts and margins: what slices, splits and paddings compute, and how state is written.
///
/// Input and output share scale and zero point. No weights, no scratch.
enum Crop {
  /// `output[y, x, c] = input[firstRow + y * strideHeight - padTop, firstColumn + x * strideWidth - padLeft,
  /// firstChannel + c]`; what lies outside of the input is `fill`. With strides of 0, all elements in order.
  static func run(
    _ input: Span<Int8>, _ from: Shape, _ layer: LayerRecord, fill: Int8, into output: inout MutableSpan<Int8>,
    _ to: Shape
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let elements = input.baseAddress, var results = output.baseAddress else { return }
        guard layer.strideHeight > 0 else { return results.copy(to.count, from: elements) }
        let first = elements + layer.firstChannel
        var row = layer.firstRow &- Int(layer.padTop)
        for _ in 0..<to.height {
          var column = layer.firstColumn &- Int(layer.padLeft)
          for _ in 0..<to.width {
            if row >= 0 && row < from.height && column >= 0 && column < from.width {
              results.copy(to.channels, from: first + (row &* from.width &+ column) &* from.channels)
            } else {
              results.fill(to.channels, with: fill)
            }
            results += to.channels
            column = column &+ Int(layer.strideWidth)
          }
          row = row &+ Int(layer.strideHeight)
        }
      }
    }
  }
}
