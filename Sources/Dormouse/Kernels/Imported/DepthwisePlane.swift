import DormouseISA

/// Windows of a depthwise convolution in two dimensions, all taps at once.
///
/// A list of pointers, one a tap, says where each lies; taps in the padding point to a row of zero points. So a window is one
/// call of the primitive, however its rows are cut off.
struct DepthwisePlane {
  /// Most taps of a window.
  static var capacity: Int { 32 }

  private var taps: InlineArray<32, UnsafePointer<Int8>>
  private let zeros: InlineArray<64, Int8>
  private let geometry: Geometry

  /// Whether windows of this geometry can be read so.
  @inline(__always)
  static func suits(_ geometry: Geometry) -> Bool {
    RuntimeParts.hasImported && geometry.kernelWidth > 1 && geometry.kernelHeight &* geometry.kernelWidth <= capacity
  }

  init(_ geometry: Geometry, zeroPoint: Int8, _ elements: UnsafePointer<Int8>) {
    self.geometry = geometry
    zeros = InlineArray(repeating: zeroPoint)
    taps = InlineArray(repeating: elements)
  }

  /// All positions of `count` channels, up to 64; `elements` is the input from the first of them on, and so are constants
  /// and results.
  mutating func run(
    _ elements: UnsafePointer<Int8>, _ constants: LayerConstants, count: Int, into results: UnsafeMutablePointer<Int8>,
    on set: InstructionSet
  ) {
    var results = results
    var sums = InlineArray<64, Int32>(repeating: 0)
    let channels = Int32(truncatingIfNeeded: count)
    let rescale = constants.rescale
    withUnsafeBytes(of: zeros) { zeros in
      let padding = zeros.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int8.self)
      withUnsafeMutableBytes(of: &sums) { sums in
        let sums = sums.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self)
        withUnsafeMutableBytes(of: &taps) { taps in
          let taps = taps.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UnsafePointer<Int8>?.self)
          for y in 0..<geometry.output.height {
            for x in 0..<geometry.output.width {
              DepthwisePlane.point(taps, geometry, y, x, elements, padding)
              dm_window(
                set.rawValue, taps, constants.weights, constants.rowStride,
                Int32(truncatingIfNeeded: geometry.kernelHeight &* geometry.kernelWidth), channels, sums)
              dm_requantize(set.rawValue, sums, rescale, channels, results)
              results += geometry.output.channels
            }
          }
        }
      }
    }
  }

  /// Points to the taps of window (y, x).
  @inline(__always)
  private static func point(
    _ taps: UnsafeMutablePointer<UnsafePointer<Int8>?>, _ geometry: Geometry, _ y: Int, _ x: Int,
    _ elements: UnsafePointer<Int8>, _ padding: UnsafePointer<Int8>
  ) {
    var next = taps
    var row = y &* geometry.strideHeight &- geometry.padTop
    for _ in 0..<geometry.kernelHeight {
      let isRow = row >= 0 && row < geometry.input.height
      var column = x &* geometry.strideWidth &- geometry.padLeft
      var place = (row &* geometry.input.width &+ column) &* geometry.input.channels
      for _ in 0..<geometry.kernelWidth {
        next.pointee = isRow && column >= 0 && column < geometry.input.width ? elements + place : padding
        next += 1
        column = column &+ geometry.dilationWidth
        place = place &+ geometry.dilationWidth &* geometry.input.channels
      }
      row = row &+ geometry.dilationHeight
    }
  }
}
