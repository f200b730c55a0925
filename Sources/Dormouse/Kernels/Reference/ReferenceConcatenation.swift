extension Concatenation {
  /// The oracle of `run`, by coordinates: element `(y, x, c)` of the input, its position along `axis` raised by
  /// `offset`, is the output's.
  public static func reference(
    _ input: Span<Int8>, _ inputShape: Shape, axis: Axis, at offset: Int, into output: inout MutableSpan<Int8>,
    _ outputShape: Shape
  ) {
    for y in 0..<inputShape.height {
      for x in 0..<inputShape.width {
        for c in 0..<inputShape.channels {
          let row = axis == .height ? y &+ offset : y
          let column = axis == .width ? x &+ offset : x
          let channel = axis == .channels ? c &+ offset : c
          output[(row &* outputShape.width &+ column) &* outputShape.channels &+ channel] =
            input[(y &* inputShape.width &+ x) &* inputShape.channels &+ c]
        }
      }
    }
  }
}
