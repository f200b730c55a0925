/// The last seconds of what was heard, so that a stretch of the past can be kept or heard again.
struct SampleHistory: ~Copyable {
  private let memory: UnsafeMutablePointer<Int16>
  private let mask: Int
  /// Samples ever added.
  private(set) var end = 0

  /// A history of at least the last `capacity` samples.
  init(capacity: Int) {
    var size = 1
    while size < capacity { size *= 2 }
    mask = size - 1
    memory = .allocate(capacity: size)
    memory.initialize(repeating: 0, count: size)
  }

  deinit { memory.deallocate() }

  /// The first sample that is still there.
  var start: Int { max(0, end - mask - 1) }

  mutating func add(_ samples: UnsafeBufferPointer<Int16>) {
    for sample in samples {
      memory[end & mask] = sample
      end &+= 1
    }
  }

  /// Copies `count` samples from `position` on; they must be there.
  borrowing func copy(from position: Int, count: Int, to target: UnsafeMutablePointer<Int16>) {
    precondition(position >= start && position + count <= end)
    for index in 0..<count { target[index] = memory[(position + index) & mask] }
  }
}
