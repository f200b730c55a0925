/// The stretches around detections that wait for their last second to be heard.
struct LiveClips {
  private let recorder: DetectionRecorder
  private let sampleRate: Int
  private var waiting: [(position: UInt64, detection: LiveDetection)] = []

  init(_ recorder: DetectionRecorder, sampleRate: Int) {
    self.recorder = recorder
    self.sampleRate = sampleRate
  }

  /// Samples of the past that are needed: a clip's, and what is heard until it is copied.
  static func historyLength(sampleRate: Int) -> Int {
    Int((DetectionRecorder.secondsBefore + DetectionRecorder.secondsAfter + 1) * Double(sampleRate))
  }

  mutating func add(_ detection: LiveDetection, at position: UInt64) { waiting.append((position, detection)) }

  /// Hands over the clips that are complete, or with `isLast` all.
  mutating func collect(_ history: borrowing SampleHistory, isLast: Bool, notices: LiveNotices) {
    let after = Int(DetectionRecorder.secondsAfter * Double(sampleRate))
    let before = Int(DetectionRecorder.secondsBefore * Double(sampleRate))
    while let (position, detection) = waiting.first, isLast || history.end >= Int(position) + after {
      waiting.removeFirst()
      let start = max(history.start, Int(position) - before)
      let end = min(history.end, Int(position) + after)
      guard start < end else { continue }
      let samples = [Int16](unsafeUninitializedCapacity: end - start) { buffer, count in
        history.copy(from: start, count: end - start, to: buffer.baseAddress!)
        count = end - start
      }
      recorder.keep(samples, sampleRate: sampleRate, of: detection, notices: notices)
    }
    if isLast { recorder.finish() }
  }
}
