import DormouseModel
import Testing

@testable import Dormouse
@testable import DormouseEvaluation

@Suite("Detector at any threshold") struct DetectorSweepTests {
  @Test func aClipIsAcceptedUpToTheLevelThatARunReaches() {
    let scores = [0.1, 0.9, 0.4, 0.6, 0.7, 0.2]
    #expect(DetectorSweep.highestThreshold(scores, minimumRun: 1) == 0.9)
    #expect(DetectorSweep.highestThreshold(scores, minimumRun: 2) == 0.6)
    #expect(DetectorSweep.highestThreshold(scores, minimumRun: 3) == 0.4)
    #expect(DetectorSweep.highestThreshold(scores, minimumRun: 7) == 0)
  }

  /// Random logits through the runtime's detector, and its own scores through the sweep.
  @Test(arguments: [1, 2, 3]) func itDecidesAsTheRuntimeDoes(run: Int) {
    let labels = 3
    let step = 2560
    let settings = DetectorRecord(
      smoothing: 2, labelCount: UInt16(labels), refractory: 9000,
      step: QuantizedMultiplier(multiplier: 1 << 30, shift: 14))
    let keywords = UnsafeMutablePointer<KeywordRecord>.allocate(capacity: labels)
    let state = UnsafeMutableRawPointer.allocate(byteCount: Detector.stateLength(settings), alignment: 16)
    defer {
      keywords.deallocate()
      state.deallocate()
    }
    var compared = 0
    for threshold in stride(from: 2000, through: 32000, by: 1500) {
      keywords[0] = KeywordRecord(threshold: UInt16(threshold), minimumRun: UInt16(run))
      keywords[1] = KeywordRecord(threshold: UInt16(threshold / 2), minimumRun: 2)
      keywords[2] = KeywordRecord(threshold: .max, minimumRun: 1)
      var detector = Detector(settings: settings, keywords: keywords, state: state)
      var random = RandomSequence(seed: 5)
      var scores: [[Double]] = [[], []]
      var detections = 0
      var level = [0, 0, 0]
      for inference in 0..<2000 {
        // A random walk, so that scores stay high or low for a while.
        let logits = (0..<labels).map { label in
          level[label] = min(max(level[label] + random.next(below: 41) - 20, -100), 100)
          return Int8(level[label])
        }
        let end = UInt64((inference + 10) * step)
        let heard = logits.withUnsafeBufferPointer {
          detector.update(logits: $0, step: settings.step, start: 0, end: end)
        }
        if heard != nil {
          detections += 1
        }
        for label in 0..<2 { scores[label].append(Double(detector.score(of: label)) / 32768) }
      }
      let swept = DetectorSweep.count(
        scores, thresholds: [Double(threshold) / 32768, Double(threshold / 2) / 32768], minimumRuns: [run, 2],
        step: step, refractory: 9000)
      #expect(swept == detections, "threshold \(threshold)")
      compared += detections
    }
    #expect(compared > 500)
  }
}
