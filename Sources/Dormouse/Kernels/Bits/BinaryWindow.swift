import DormouseISA

/// One window over an input of signs, and how many of its signs differ from those of rows of weights.
///
/// Where all taps lie inside the input the window is one vector of words, in place or gathered, and so one call of the
/// primitive; at the edges each stretch of words that is contiguous in the input is counted by itself.
struct BinaryWindow {
  /// Signs in the window that differ from those of each row that was counted last.
  let sums: UnsafeMutablePointer<Int32>
  /// Signs of the window that lie inside the input.
  private(set) var valid: Int32 = 0
  private let partial: UnsafeMutablePointer<Int32>
  private let spare: UnsafeMutablePointer<UInt32>
  private let geometry: Geometry
  private let weights: UnsafePointer<UInt32>
  private let rowStride: Int
  private let set: InstructionSet
  private let tapWords: Int
  private let isContiguous: Bool
  private var source: UnsafePointer<UInt32>
  private var isWhole = false
  private var row = 0
  private var column = 0
  private var rows = TapRange.none
  private var columns = TapRange.none

  init(
    _ geometry: Geometry, _ constants: LayerConstants, scratch: UnsafeMutablePointer<Int8>, on set: InstructionSet
  ) {
    self.geometry = geometry
    self.set = set
    sums = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int32.self)
    partial = sums + BinaryConvolution.capacity
    let end = geometry.hasPadding ? partial + BinaryConvolution.capacity : partial
    spare = UnsafeMutableRawPointer(end).assumingMemoryBound(to: UInt32.self)
    weights = UnsafeRawPointer(constants.weights).assumingMemoryBound(to: UInt32.self)
    rowStride = constants.rowStride
    tapWords = SignWords.count(channels: geometry.input.channels)
    isContiguous = geometry.hasContiguousWindows
    source = UnsafePointer(spare)
  }

  /// Moves to the window whose first tap is at `row` and `column`; negative in the padding.
  @inline(__always)
  mutating func move(to row: Int, _ column: Int, of input: UnsafePointer<UInt32>) {
    self.row = row
    self.column = column
    rows = TapRange(
      origin: row, taps: geometry.kernelHeight, dilation: geometry.dilationHeight, extent: geometry.input.height)
    columns = TapRange(
      origin: column, taps: geometry.kernelWidth, dilation: geometry.dilationWidth, extent: geometry.input.width)
    let taps = (rows.end &- rows.first) &* (columns.end &- columns.first)
    valid = Int32(truncatingIfNeeded: taps &* geometry.input.channels)
    isWhole = taps == geometry.kernelHeight &* geometry.kernelWidth
    source = input
    guard isWhole else { return }
    if isContiguous {
      source = input + (row &* geometry.input.width &+ column) &* tapWords
      return
    }
    var target = spare
    eachStretch { start, _, words in
      UnsafeMutableRawPointer(target).copyMemory(from: start, byteCount: 4 &* words)
      target += words
    }
    source = UnsafePointer(spare)
  }

  /// Sets `sums` for rows `first ..< first + count` of the weights.
  @inline(__always)
  func count(from first: Int, rows count: Int) {
    let base = UnsafeRawPointer(weights) + first &* rowStride
    let rowCount = Int32(truncatingIfNeeded: count)
    if isWhole {
      dm_xnor_dot(
        set.rawValue, source, base.assumingMemoryBound(to: UInt32.self), rowStride, rowCount,
        Int32(truncatingIfNeeded: geometry.windowWords), sums)
      return
    }
    for index in 0..<count { sums[index] = 0 }
    eachStretch { start, tap, words in
      dm_xnor_dot(
        set.rawValue, start, base.assumingMemoryBound(to: UInt32.self) + tap &* tapWords, rowStride, rowCount,
        Int32(truncatingIfNeeded: words), partial)
      for index in 0..<count { sums[index] = sums[index] &+ partial[index] }
    }
  }

  /// Sum of the window's signs.
  func total() -> Int32 {
    var ones: Int32 = 0
    if isWhole {
      ones = dm_popcount(set.rawValue, source, Int32(truncatingIfNeeded: geometry.windowWords))
    } else {
      eachStretch { start, _, words in
        ones = ones &+ dm_popcount(set.rawValue, start, Int32(truncatingIfNeeded: words))
      }
    }
    return 2 &* ones &- valid
  }

  /// The contiguous stretches of words inside the input, each with the tap that it starts at; `source` is the input.
  @inline(__always)
  private func eachStretch(_ body: (UnsafePointer<UInt32>, Int, Int) -> Void) {
    let isRun = geometry.dilationWidth == 1
    var i = rows.first
    while i < rows.end {
      let y = row &+ i &* geometry.dilationHeight
      var j = columns.first
      while j < columns.end {
        let x = column &+ j &* geometry.dilationWidth
        let taps = isRun ? columns.end &- j : 1
        body(
          source + (y &* geometry.input.width &+ x) &* tapWords, i &* geometry.kernelWidth &+ j, taps &* tapWords)
        j = j &+ taps
      }
      i = i &+ 1
    }
  }
}
