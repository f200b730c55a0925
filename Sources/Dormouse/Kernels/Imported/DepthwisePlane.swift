import DormouseISA

/// Windows of a depthwise convolution in two dimensions, all taps at once.
///
/// A list of pointers, one a tap, says where each lies; taps in the padding point to a row of zero points. So a few windows
/// are one call of the primitive, however their rows are cut off.
struct DepthwisePlane {
  /// Most taps of a window.
  static var capacity: Int { 32 }

  private var taps: InlineArray<48, UnsafePointer<Int8>>
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
    let taps = geometry.kernelHeight &* geometry.kernelWidth
    let together = 48 / taps
    withUnsafeBytes(of: zeros) { zeros in
      let padding = zeros.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int8.self)
      withUnsafeMutableBytes(of: &self.taps) { list in
        let list = list.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UnsafePointer<Int8>?.self)
        var windows = dm_windows_of(
          set.rawValue, constants.weights, constants.rowStride, Int32(truncatingIfNeeded: taps),
          Int32(truncatingIfNeeded: count), constants.rescale)
        for y in 0..<geometry.output.height {
          var x = 0
          while x < geometry.output.width {
            let positions = min(together, geometry.output.width &- x)
            DepthwisePlane.point(list, geometry, y, x, positions, elements, padding)
            dm_windows_run(
              set.rawValue, &windows, list, Int32(truncatingIfNeeded: positions), results, geometry.output.channels)
            results += positions &* geometry.output.channels
            x = x &+ positions
          }
        }
      }
    }
  }

  /// Points to the taps of windows (y, x) to (y, x + positions - 1).
  @inline(__always)
  private static func point(
    _ taps: UnsafeMutablePointer<UnsafePointer<Int8>?>, _ geometry: Geometry, _ y: Int, _ x: Int, _ positions: Int,
    _ elements: UnsafePointer<Int8>, _ padding: UnsafePointer<Int8>
  ) {
    let step = geometry.dilationWidth &* geometry.input.channels
    var next = taps
    var left = x &* geometry.strideWidth &- geometry.padLeft
    for _ in 0..<positions {
      var row = y &* geometry.strideHeight &- geometry.padTop
      for _ in 0..<geometry.kernelHeight {
        // As it has no columns, a row in the padding has no elements.
        let width = UInt(bitPattern: row) < UInt(bitPattern: geometry.input.height) ? geometry.input.width : 0
        var column = left
        var place = elements + (row &* geometry.input.width &+ column) &* geometry.input.channels
        for _ in 0..<geometry.kernelWidth {
          next.pointee = UInt(bitPattern: column) < UInt(bitPattern: width) ? place : padding
          next += 1
          column = column &+ geometry.dilationWidth
          place += step
        }
        row = row &+ geometry.dilationHeight
      }
      left = left &+ geometry.strideWidth
    }
  }
}
