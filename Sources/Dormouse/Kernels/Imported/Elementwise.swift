/// Sums and products of two inputs, each repeated along its extents of 1: TensorFlow Lite's ADD and MUL, which round twice.
///
/// Preconditions: every extent of an input is the output's, or 1; multipliers are valid, their shifts in `shiftRange`. No
/// scratch.
enum Elementwise {
  /// Shifts that factors may have: a product of two elements, below 2^16, times 2^13 stays below 2^30.
  static var shiftRange: ClosedRange<Int32> { -31...13 }

  /// A sum `clamp(zeroPoint + m2 * (m0 * ((a - zeroA) << 20) + m1 * ((b - zeroB) << 20)))`, or a product
  /// `clamp(zeroPoint + m0 * (a - zeroA) * (b - zeroB))`.
  static func run(
    _ first: Span<Int8>, _ firstShape: Shape, _ second: Span<Int8>, _ secondShape: Shape, _ constants: LayerConstants,
    adds: Bool, into output: inout MutableSpan<Int8>, _ shape: Shape
  ) {
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        output.withUnsafeMutableBufferPointer { output in
          guard let a = first.baseAddress, let b = second.baseAddress, var results = output.baseAddress else { return }
          let strides = (RepeatedStrides(firstShape), RepeatedStrides(secondShape))
          for y in 0..<shape.height {
            for x in 0..<shape.width {
              let left = a + strides.0.offset(y, x)
              let right = b + strides.1.offset(y, x)
              for channel in 0..<shape.channels {
                let values = (
                  Int32(left[channel &* strides.0.channel]) &- Int32(constants.inputZeroPoint),
                  Int32(right[channel &* strides.1.channel]) &- Int32(constants.secondZeroPoint)
                )
                let result = adds ? sum(values, constants) : constants.factor(0).applyTwice(values.0 &* values.1)
                results[channel] = constants.clamp(result &+ Int32(constants.outputZeroPoint))
              }
              results += shape.channels
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func sum(_ values: (Int32, Int32), _ constants: LayerConstants) -> Int32 {
    let left = constants.factor(0).applyTwice(values.0 &<< 20)
    let right = constants.factor(1).applyTwice(values.1 &<< 20)
    return constants.factor(2).applyTwice(left &+ right)
  }
}

/// Steps from element to element; 0 along an extent of 1, whose element is repeated.
private struct RepeatedStrides {
  let row: Int
  let column: Int
  let channel: Int

  init(_ shape: Shape) {
    row = shape.height == 1 ? 0 : shape.width &* shape.channels
    column = shape.width == 1 ? 0 : shape.channels
    channel = shape.channels == 1 ? 0 : 1
  }

  @inline(__always)
  func offset(_ y: Int, _ x: Int) -> Int { y &* row &+ x &* column }
}

extension Shape {
  /// Whether every extent is that of `other`, or 1.
  @_optimize(size)
  func repeats(into other: Shape) -> Bool {
    (height == other.height || height == 1) && (width == other.width || width == 1)
      && (channels == other.channels || channels == 1)
  }
}
