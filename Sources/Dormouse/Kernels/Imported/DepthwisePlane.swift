import DormouseISA

/// Windows of a depthwise convolution in two dimensions, all taps at once.
///
/// A table of pointers says where the elements lie that the windows of one row of outputs read: a row of pointers a row of
/// taps, those in the padding to a row of zero points. So the windows of a row are one call of the primitive, however they
/// are cut off.
struct DepthwisePlane {
  /// Entries of the table.
  private static var capacity: Int { 64 }

  private var table: InlineArray<64, UnsafePointer<Int8>>
  private let zeros: InlineArray<64, Int8>
  private let geometry: Geometry

  /// Whether windows of this geometry can be read so.
  @inline(__always)
  static func suits(_ geometry: Geometry) -> Bool {
    RuntimeParts.hasImported && geometry.kernelWidth > 1
      && geometry.kernelHeight &* geometry.kernelWidth <= Int(DM_WINDOW_TAPS)
      && geometry.kernelHeight &* geometry.reachWidth <= capacity
  }

  init(_ geometry: Geometry, zeroPoint: Int8, _ elements: UnsafePointer<Int8>) {
    self.geometry = geometry
    zeros = InlineArray(repeating: zeroPoint)
    table = InlineArray(repeating: elements)
  }

  /// All positions of `count` channels, up to 64; `elements` is the input from the first of them on, and so are constants
  /// and results.
  mutating func run(
    _ elements: UnsafePointer<Int8>, _ constants: LayerConstants, count: Int, into results: UnsafeMutablePointer<Int8>,
    on set: InstructionSet
  ) {
    var results = results
    var windows = constants.windows(geometry, channels: count)
    // Columns that a row of the table has room for, and windows that they make.
    let pitch = DepthwisePlane.capacity / geometry.kernelHeight
    let together = (pitch &- geometry.reachWidth) / geometry.strideWidth &+ 1
    withUnsafeMutablePointer(to: &windows) { windows in
      dm_windows_prepare(set.rawValue, windows)
      withUnsafeBytes(of: zeros) { zeros in
        let padding = zeros.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int8.self)
        withUnsafeMutableBytes(of: &table) { table in
          let table = table.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UnsafePointer<Int8>?.self)
          for y in 0..<geometry.output.height {
            var x = 0
            while x < geometry.output.width {
              let positions = min(together, geometry.output.width &- x)
              let columns = (positions &- 1) &* geometry.strideWidth &+ geometry.reachWidth
              DepthwisePlane.point(table, pitch, columns: columns, geometry, y, x, elements, padding)
              dm_windows_run(
                set.rawValue, windows, table, Int32(truncatingIfNeeded: pitch), Int32(truncatingIfNeeded: positions),
                results, geometry.output.channels)
              results += positions &* geometry.output.channels
              x = x &+ positions
            }
          }
        }
      }
    }
  }

  /// Points to what the windows from (y, x) on read, `columns` columns.
  @inline(__always)
  private static func point(
    _ table: UnsafeMutablePointer<UnsafePointer<Int8>?>, _ pitch: Int, columns: Int, _ geometry: Geometry, _ y: Int,
    _ x: Int, _ elements: UnsafePointer<Int8>, _ padding: UnsafePointer<Int8>
  ) {
    let channels = geometry.input.channels
    let left = x &* geometry.strideWidth &- geometry.padLeft
    var row = y &* geometry.strideHeight &- geometry.padTop
    var first = table
    for _ in 0..<geometry.kernelHeight {
      // As it has no columns, a row in the padding has no elements.
      let width = UInt(bitPattern: row) < UInt(bitPattern: geometry.input.height) ? geometry.input.width : 0
      var place = elements + (row &* geometry.input.width &+ left) &* channels
      var next = first
      for column in left..<(left &+ columns) {
        next.pointee = UInt(bitPattern: column) < UInt(bitPattern: width) ? place : padding
        next += 1
        place += channels
      }
      first += pitch
      row = row &+ geometry.dilationHeight
    }
  }
}

extension LayerConstants {
  /// What the windows of a depthwise convolution share.
  @inline(__always)
  fileprivate func windows(_ geometry: Geometry, channels: Int) -> dm_windows {
    var windows = dm_windows()
    windows.w = weights
    windows.w_step = rowStride
    windows.height = Int32(truncatingIfNeeded: geometry.kernelHeight)
    windows.width = Int32(truncatingIfNeeded: geometry.kernelWidth)
    windows.dilation = Int32(truncatingIfNeeded: geometry.dilationWidth)
    windows.stride = Int32(truncatingIfNeeded: geometry.strideWidth)
    windows.channels = Int32(truncatingIfNeeded: channels)
    windows.rescale = rescale
    return windows
  }
}
