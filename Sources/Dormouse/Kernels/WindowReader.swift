import DormouseISA

/// Walks over the windows of a convolution, in the order of its outputs, and lays each one out as a vector.
struct WindowReader {
  private let geometry: Geometry
  private let zeroPoint: Int8
  private let isContiguous: Bool
  /// First input row of the next window; negative in the padding.
  private var row: Int
  /// First input column of the next window.
  private var column: Int
  /// Windows left in this row of outputs.
  private var left: Int

  init(_ geometry: Geometry, zeroPoint: Int8) {
    self.geometry = geometry
    self.zeroPoint = zeroPoint
    isContiguous = geometry.hasContiguousWindows
    row = 0 &- geometry.padTop
    column = 0 &- geometry.padLeft
    left = geometry.output.width
  }

  /// The next window: in place if its elements follow one another there, else gathered into `spare`.
  mutating func next(
    _ input: UnsafePointer<Int8>, into spare: UnsafeMutablePointer<Int8>
  ) -> UnsafePointer<Int8> {
    let inside =
      row >= 0 && column >= 0 && row &+ geometry.reachHeight <= geometry.input.height
      && column &+ geometry.reachWidth <= geometry.input.width
    if isContiguous && inside {
      let window = input + (row &* geometry.input.width &+ column) &* geometry.input.channels
      skip()
      return window
    }
    gather(input, into: spare)
    skip()
    return UnsafePointer(spare)
  }

  /// Copies the next window to `vector`.
  mutating func copyNext(_ input: UnsafePointer<Int8>, into vector: UnsafeMutablePointer<Int8>) {
    gather(input, into: vector)
    skip()
  }

  /// Passes over a window.
  mutating func skip() {
    left = left &- 1
    if left > 0 {
      column = column &+ geometry.strideWidth
    } else {
      left = geometry.output.width
      column = 0 &- geometry.padLeft
      row = row &+ geometry.strideHeight
    }
  }

  private func gather(_ input: UnsafePointer<Int8>, into vector: UnsafeMutablePointer<Int8>) {
    let channels = geometry.input.channels
    if RuntimeParts.hasImported && geometry.dilationHeight == 1 && geometry.dilationWidth == 1 {
      let rows = TapRange(origin: row, taps: geometry.kernelHeight, extent: geometry.input.height)
      let columns = TapRange(origin: column, taps: geometry.kernelWidth, extent: geometry.input.width)
      let inside = ((rows.end &- rows.first) &* (columns.end &- columns.first)) &* channels
      if inside < geometry.windowCount { vector.fill(geometry.windowCount, with: zeroPoint) }
      let rowLength = geometry.input.width &* channels
      dm_copy_rows(
        input + ((row &+ rows.first) &* rowLength &+ (column &+ columns.first) &* channels), rowLength,
        Int32(truncatingIfNeeded: rows.end &- rows.first),
        Int32(truncatingIfNeeded: (columns.end &- columns.first) &* channels),
        vector + (rows.first &* geometry.kernelWidth &+ columns.first) &* channels, geometry.kernelWidth &* channels)
      return
    }
    let columns = TapRange(
      origin: column, taps: geometry.kernelWidth, dilation: geometry.dilationWidth, extent: geometry.input.width)
    var target = vector
    var y = row
    for _ in 0..<geometry.kernelHeight {
      if y < 0 || y >= geometry.input.height {
        target.fill(geometry.kernelWidth &* channels, with: zeroPoint)
        target += geometry.kernelWidth &* channels
      } else {
        target.fill(columns.first &* channels, with: zeroPoint)
        target += columns.first &* channels
        let start = column &+ columns.first &* geometry.dilationWidth
        var source = input + (y &* geometry.input.width &+ start) &* channels
        for _ in columns.first..<columns.end {
          target.copy(channels, from: source)
          target += channels
          source += geometry.dilationWidth &* channels
        }
        let after = (geometry.kernelWidth &- columns.end) &* channels
        target.fill(after, with: zeroPoint)
        target += after
      }
      y = y &+ geometry.dilationHeight
    }
  }
}

extension UnsafeMutablePointer<Int8> {
  /// Sets `count` elements.
  @inline(__always)
  func fill(_ count: Int, with value: Int8) {
    UnsafeMutableRawPointer(self).initializeMemory(as: Int8.self, repeating: value, count: count)
  }

  /// Copies `count` elements that don't overlap.
  @inline(__always)
  func copy(_ count: Int, from source: UnsafePointer<Int8>) {
    UnsafeMutableRawPointer(self).copyMemory(from: source, byteCount: count)
  }
}
