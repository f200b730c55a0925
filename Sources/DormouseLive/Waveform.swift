/// Sound as a picture: the least and the largest sample of each 5 ms.
struct Waveform {
  static let pairsPerSecond = 200

  private let length: Int
  private var left: Int
  private var least = Int16.max
  private var largest = Int16.min
  /// Pairs since the last `take`.
  private var pairs: [Int16] = []

  init(sampleRate: Int) {
    length = sampleRate / Waveform.pairsPerSecond
    left = length
  }

  mutating func add(_ samples: UnsafeBufferPointer<Int16>) {
    for sample in samples {
      least = min(least, sample)
      largest = max(largest, sample)
      left -= 1
      guard left == 0 else { continue }
      pairs.append(least)
      pairs.append(largest)
      (least, largest, left) = (.max, .min, length)
    }
  }

  mutating func take() -> [Int16] {
    defer { pairs.removeAll(keepingCapacity: true) }
    return pairs
  }
}
