import Testing

@testable import Dormouse

/// A detector over memory of its own, fed with wished-for posteriors.
private final class Bench {
  static let stride: UInt64 = 3200
  static let context: UInt64 = 16000
  let state: UnsafeMutableRawPointer
  let keywords: UnsafeMutablePointer<KeywordRecord>
  var detector: Detector
  var time: UInt64 = 0

  /// Labels 0 and 1 are keywords, label 2 (unknown) is never reported. One logit step is a factor of 2.
  init(smoothing: UInt16 = 3, refractory: UInt32 = 16000, threshold: UInt16 = 16384, run: UInt16 = 1) {
    let settings = DetectorRecord(
      smoothing: smoothing, labelCount: 3, refractory: refractory,
      step: QuantizedMultiplier(multiplier: 1 << 30, shift: 17))
    state = .allocate(byteCount: Detector.stateLength(settings), alignment: 16)
    keywords = .allocate(capacity: 3)
    keywords[0] = KeywordRecord(threshold: threshold, minimumRun: run)
    keywords[1] = KeywordRecord(threshold: threshold, minimumRun: run)
    keywords[2] = KeywordRecord(threshold: .max, minimumRun: 1)
    detector = Detector(settings: settings, keywords: keywords, state: state)
  }

  deinit {
    state.deallocate()
    keywords.deallocate()
  }

  func hear(_ logits: [Int8]) -> Detection? {
    time += Self.stride
    let start = time > Self.context ? time - Self.context : 0
    return logits.withUnsafeBufferPointer {
      detector.update(logits: $0, step: detector.settings.step, start: start, end: time)
    }
  }

  /// Detections while `label` wins by a factor of 2^20.
  func hear(label: Int, times: Int) -> [Detection] {
    (0..<times).compactMap { _ in
      var logits: [Int8] = [0, 0, 0]
      logits[label] = 20
      return hear(logits)
    }
  }
}

@Suite("Detector") struct DetectorTests {
  @Test func posteriorsAreTheSoftmaxOfTheLogits() {
    let bench = Bench(smoothing: 1)
    _ = bench.hear([1, 0, -1])
    // 2 : 1 : 1/2 of 3.5
    #expect(abs(bench.detector.score(of: 0) - 32768 * 4 / 7) <= 4)
    #expect(abs(bench.detector.score(of: 1) - 32768 * 2 / 7) <= 4)
    #expect(abs(bench.detector.score(of: 2) - 32768 * 1 / 7) <= 4)
    _ = bench.hear([127, -128, -128])
    #expect(bench.detector.score(of: 0) == 32768)
    #expect(bench.detector.score(of: 1) == 0)
  }

  @Test func scoreIsTheMeanOfTheLastPosteriors() {
    let bench = Bench(smoothing: 4, threshold: 32768)
    _ = bench.hear(label: 0, times: 3)
    #expect(abs(bench.detector.score(of: 0) - 32768 * 3 / 4) <= 4)
    _ = bench.hear(label: 1, times: 2)
    #expect(abs(bench.detector.score(of: 0) - 32768 / 2) <= 4)
    _ = bench.hear(label: 1, times: 2)
    #expect(bench.detector.score(of: 0) <= 4)
  }

  @Test func scoresOfLabelsNeverDrift() {
    let bench = Bench(smoothing: 5, threshold: 32768)
    var state: UInt64 = 7
    for _ in 0..<10_000 {
      let logits = (0..<3).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int8(truncatingIfNeeded: state >> 33)
      }
      _ = bench.hear(logits)
    }
    _ = bench.hear(label: 1, times: 5)
    #expect(bench.detector.score(of: 0) <= 1)
    #expect(bench.detector.score(of: 1) >= 32766)
  }

  @Test func longWordGivesOneDetection() {
    let bench = Bench()
    // 40 inferences of 200 ms: far longer than the refractory time.
    let detections = bench.hear(label: 1, times: 40)
    #expect(detections.map(\.label) == [1])
  }

  @Test func noiseAroundTheThresholdGivesOneDetection() {
    let bench = Bench(smoothing: 1)
    var count = 0
    for step in 0..<60 {
      // Posterior of label 0 alternates between 2/3 and 1/3 around a threshold of 1/2.
      let logits: [Int8] = step % 2 == 0 ? [1, -10, 0] : [0, -10, 1]
      if bench.hear(logits) != nil { count += 1 }
    }
    #expect(count == 1)
  }

  @Test func nextUtteranceIsHeardOnceTheWordHasFaded() {
    let bench = Bench()
    #expect(bench.hear(label: 0, times: 4).count == 1)
    #expect(bench.hear(label: 2, times: 4).isEmpty)
    #expect(bench.hear(label: 0, times: 4).count == 1)
  }

  @Test func refractoryTimeSilencesAllLabels() {
    let bench = Bench(smoothing: 1, refractory: 16000)
    #expect(bench.hear(label: 0, times: 1).count == 1)
    // 3200 samples an inference: the fifth ends exactly at the end of the refractory time.
    #expect(bench.hear(label: 1, times: 4).isEmpty)
    #expect(bench.hear(label: 1, times: 1).count == 1)
  }

  @Test func minimumRunWaitsAndDatesTheStartBack() throws {
    let bench = Bench(smoothing: 1, run: 3)
    _ = bench.hear(label: 2, times: 10)
    #expect(bench.hear(label: 0, times: 2).isEmpty)
    let detection = try #require(bench.hear(label: 0, times: 1).first)
    #expect(detection.end == 13 * Bench.stride)
    #expect(detection.start == 11 * Bench.stride - Bench.context)
  }

  @Test func unreportedLabelsStaySilent() {
    let bench = Bench()
    #expect(bench.hear(label: 2, times: 50).isEmpty)
  }

  @Test func resetForgets() {
    let bench = Bench()
    #expect(bench.hear(label: 0, times: 3).count == 1)
    bench.detector.reset()
    #expect(bench.detector.score(of: 0) == 0)
    #expect(bench.hear(label: 0, times: 3).count == 1)
  }
}
