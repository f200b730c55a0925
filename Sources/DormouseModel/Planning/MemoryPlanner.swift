/// Packs buffers with known lifetimes into as little memory as it can.
///
/// Buffers that live at the same time must not overlap. Optimal packing is NP-hard; the planner places buffers one after
/// the other, each at the lowest free offset, in several orders, improves the best order by random exchanges, and stops
/// as soon as the lower bound is met. It is deterministic.
public struct MemoryPlanner {
  /// A buffer to place.
  public struct Buffer: Equatable, Sendable {
    /// Bytes; rounded up to the alignment.
    public var length: Int
    /// Steps in which it is in use, first and last included.
    public var lifetime: ClosedRange<Int>

    /// Memberwise.
    public init(length: Int, lifetime: ClosedRange<Int>) {
      self.length = length
      self.lifetime = lifetime
    }
  }

  /// Where buffers lie.
  public struct Plan: Equatable, Sendable {
    /// One a buffer, from the start of the region; multiples of the alignment.
    public var offsets: [Int]
    /// Bytes of the region.
    public var length: Int
    /// Bytes that no plan can go below: the most that is in use in any one step.
    public var lowerBound: Int
  }

  /// Offsets and lengths are multiples of this.
  public let alignment: Int
  /// Random exchanges that are tried when no fixed order meets the lower bound.
  public let attempts: Int

  /// Memberwise.
  public init(alignment: Int = 16, attempts: Int = 2000) {
    self.alignment = alignment
    self.attempts = attempts
  }

  /// Places `buffers`.
  public func plan(_ buffers: [Buffer]) -> Plan {
    let lengths = buffers.map { ($0.length + alignment - 1) / alignment * alignment }
    let bound = lowerBound(buffers, lengths)
    var best = Plan(offsets: [], length: .max, lowerBound: bound)
    var bestOrder: [Int] = []
    func consider(_ order: [Int]) {
      let offsets = place(order, buffers, lengths)
      let length = zip(offsets, lengths).map { $0 + $1 }.max() ?? 0
      if length < best.length {
        best.offsets = offsets
        best.length = length
        bestOrder = order
      }
    }
    for order in orders(buffers, lengths) where best.length > bound { consider(order) }
    var random = LinearCongruence(state: 1)
    // Networks of a size that nobody builds for microcontrollers get fewer: an exchange costs their square.
    let attempts = min(attempts, 50_000_000 / max(buffers.count * buffers.count, 1))
    for _ in 0..<attempts where best.length > bound && buffers.count > 2 {
      var order = bestOrder
      for _ in 0...random.next(below: 2) {
        order.swapAt(random.next(below: order.count), random.next(below: order.count))
      }
      consider(order)
    }
    return best
  }

  private func lowerBound(_ buffers: [Buffer], _ lengths: [Int]) -> Int {
    // Use only grows where a lifetime starts.
    buffers.map { start in
      zip(buffers, lengths).reduce(0) { $1.0.lifetime.contains(start.lifetime.lowerBound) ? $0 + $1.1 : $0 }
    }.max() ?? 0
  }

  /// Orders that do well on networks: large first, long-lived first, large areas first, by time, by pressure.
  private func orders(_ buffers: [Buffer], _ lengths: [Int]) -> [[Int]] {
    let indices = Array(buffers.indices)
    func pressure(_ index: Int) -> Int {
      zip(buffers, lengths).reduce(0) { $1.0.lifetime.overlaps(buffers[index].lifetime) ? $0 + $1.1 : $0 }
    }
    let pressures = indices.map(pressure)
    let keys: [(Int) -> (Int, Int)] = [
      { (-lengths[$0], buffers[$0].lifetime.lowerBound) },
      { (-buffers[$0].lifetime.count, -lengths[$0]) },
      { (-lengths[$0] * buffers[$0].lifetime.count, buffers[$0].lifetime.lowerBound) },
      { (buffers[$0].lifetime.lowerBound, -lengths[$0]) },
      { (-pressures[$0], -lengths[$0]) },
    ]
    return keys.map { key in
      indices.sorted { (key($0).0, key($0).1, $0) < (key($1).0, key($1).1, $1) }
    }
  }

  /// Offsets when buffers are placed in `order`, each at the lowest offset where it fits.
  private func place(_ order: [Int], _ buffers: [Buffer], _ lengths: [Int]) -> [Int] {
    var offsets = [Int](repeating: 0, count: buffers.count)
    var placed: [Int] = []
    for index in order {
      var offset = 0
      // `placed` is in order of offset, so one pass finds the first gap.
      for other in placed where buffers[other].lifetime.overlaps(buffers[index].lifetime) {
        if offset + lengths[index] <= offsets[other] { break }
        offset = max(offset, offsets[other] + lengths[other])
      }
      offsets[index] = offset
      let position = placed.firstIndex { offsets[$0] > offset } ?? placed.count
      placed.insert(index, at: position)
    }
    return offsets
  }
}

/// A small generator, so that plans are the same everywhere (Knuth's MMIX constants).
struct LinearCongruence {
  var state: UInt64

  /// 0 to `bound - 1`.
  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}
