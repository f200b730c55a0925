import DormouseModel
import Foundation
import Testing

@testable import DormouseEvaluation

/// A sheet of one keyword, `a`, in clips of these scores, and long audio.
private func sheet(
  positives: [Double], negatives: [Double], recordings: [(seconds: Double, scores: [Double])] = [],
  speaker: (Int) -> String = { "\($0)" }
) -> ScoreSheet {
  func clips(_ scores: [Double], label: Int, from: Int) -> [ScoreSheet.Clip] {
    scores.enumerated().map {
      ScoreSheet.Clip(
        name: "\($0.offset)", speaker: speaker(from + $0.offset), label: label, answer: label, scores: [$0.element])
    }
  }
  return ScoreSheet(
    model: "test", labels: ["a", "unknown"],
    keywords: [ScoreSheet.Keyword(label: 0, threshold: 0.5, minimumRun: 1)], sampleRate: 16000, step: 1600,
    refractory: 1600, clips: clips(positives, label: 0, from: 0) + clips(negatives, label: 1, from: positives.count),
    recordings: recordings.enumerated().map {
      ScoreSheet.Recording(
        name: "long \($0.offset)", speaker: "long \($0.offset)", seconds: $0.element.seconds,
        scores: [$0.element.scores])
    })
}

@Suite("Trade-off") struct TradeOffTests {
  let bootstrap = SpeakerBootstrap(replicates: 0, seed: 1)

  @Test func everyPointIsCountedByHand() throws {
    let trials = DetectionTrials(
      sheet(
        positives: [0.2, 0.6, 0.6, 0.9], negatives: [0.1, 0.2, 0.5, 0.7],
        recordings: [(1800, [0.0, 0.3, 0.0, 0.7, 0.0]), (1800, [0.65, 0.0, 0.0, 0.0])]), [0])
    let curve = TradeOffCurve(trials)
    #expect(trials.thresholds == [0.2, 0.6, 0.9, 32769.0 / 32768])
    #expect(curve.frr == [0, 0.25, 0.75, 1])
    #expect(curve.fdr == [0.75, 0.25, 0, 0])
    #expect(curve.falseAcceptsPerHour == [3, 2, 0, 0])
    #expect(trials.own.rejected == 1)
    #expect(trials.own.accepted == 2)
  }

  @Test func operatingPointsAreTheBestThatKeepTheLimit() throws {
    let positives = (1...100).map { Double($0) / 100 }
    let trials = DetectionTrials(
      sheet(
        positives: positives, negatives: [0.005, 0.025, 0.055, 0.5],
        recordings: [(3600, [0.35, 0, 0.85, 0, 0.25, 0])]), [0])
    let points = OperatingPoints(trials, TradeOffCurve(trials), bootstrap)
    #expect(points.fdrAtFrr.map(\.limit) == [0.01, 0.02, 0.05, 0.1])
    // At FRR 5 % the five lowest are lost: the threshold is the sixth, 0.06.
    #expect(points.fdrAtFrr.map(\.threshold) == [0.02, 0.03, 0.06, 0.11])
    #expect(points.fdrAtFrr.map(\.fdr) == [0.75, 0.5, 0.25, 0.25])
    #expect(points.frrAtFalseAccepts.map(\.limit) == [0.1, 0.5, 1, 2])
    #expect(points.frrAtFalseAccepts.map(\.threshold) == [0.86, 0.86, 0.36, 0.26])
    let frrs = points.frrAtFalseAccepts.compactMap(\.frr)
    #expect(zip(frrs, [0.85, 0.85, 0.35, 0.25]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func whatIsNotThereHasNoRate() {
    let nothing = TradeOffCurve(DetectionTrials(sheet(positives: [], negatives: [0.5, 0.3]), [0]))
    #expect(nothing.frr == nil)
    #expect(nothing.fdr == [1, 0.5, 0])
    #expect(nothing.falseAcceptsPerHour == nil)
    #expect(TradeOffCurve(DetectionTrials(sheet(positives: [0.5], negatives: []), [0])).fdr == nil)
  }

  @Test func ofSeveralKeywordsAnyIsPooled() {
    var two = sheet(positives: [], negatives: [])
    two.labels = ["a", "b", "unknown"]
    two.keywords = [0, 1].map { ScoreSheet.Keyword(label: $0, threshold: 0.5, minimumRun: 1) }
    two.clips = [(0, [0.9, 0.3]), (1, [0.6, 0.4]), (2, [0.1, 0.2])].map {
      ScoreSheet.Clip(name: "", speaker: "", label: $0.0, answer: nil, scores: $0.1)
    }
    let trials = DetectionTrials.all(of: two, jobs: 1)
    #expect(trials.map(\.name) == ["a", "b", "any"])
    // Of "a", the clip of "b" is a negative; of any, its own keyword counts.
    #expect(trials[0].negatives.map(\.score) == [0.6, 0.1])
    #expect(trials[2].positives.map(\.score) == [0.9, 0.4])
    #expect(trials[2].negatives.map(\.score) == [0.2])
  }

  @Test func intervalsDependOnTheSeedAloneAndGrowWithFewerSpeakers() throws {
    var random = RandomSequence(seed: 3)
    let positives = (0..<200).map { _ in Double(random.next(below: 1000)) / 1000 }
    let negatives = (0..<400).map { _ in Double(random.next(below: 700)) / 1000 }
    func interval(_ seed: UInt64, speakers: Int) throws -> Interval {
      let trials = DetectionTrials(sheet(positives: positives, negatives: negatives) { "\($0 % speakers)" }, [0])
      let points = OperatingPoints(trials, TradeOffCurve(trials), SpeakerBootstrap(replicates: 300, seed: seed))
      return try #require(points.fdrAtFrr[3].interval)
    }
    #expect(try interval(1, speakers: 100) == interval(1, speakers: 100))
    #expect(try interval(1, speakers: 100) != interval(2, speakers: 100))
    #expect(try interval(1, speakers: 100).low < interval(1, speakers: 100).high)
    let alone = DetectionTrials(sheet(positives: positives, negatives: negatives) { _ in "Anna" }, [0])
    let points = OperatingPoints(alone, TradeOffCurve(alone), SpeakerBootstrap(replicates: 300, seed: 1))
    #expect(points.fdrAtFrr.allSatisfy { $0.interval == nil })
  }

  @Test func percentilesAreLinearBetweenValues() throws {
    // numpy.quantile(range(101), [0.025, 0.975])
    let interval = try #require(SpeakerBootstrap.interval((0...100).map(Double.init).reversed()))
    #expect(abs(interval.low - 2.5) < 1e-9)
    #expect(abs(interval.high - 97.5) < 1e-9)
    #expect(SpeakerBootstrap.interval([1]) == nil)
  }

  @Test func confusionCountsAnswers() {
    var answered = sheet(positives: [0.5, 0.5, 0.5], negatives: [0.1])
    answered.clips[0].answer = 1
    answered.clips[1].answer = nil
    let confusion = Confusion(answered, bootstrap)
    #expect(confusion.counts == [[1, 1], [0, 1]])
    #expect(confusion.accuracy == 2.0 / 3)
  }
}

@Suite("Scores in a file") struct ScoreFileTests {
  @Test func theyComeBackAsTheyWere() throws {
    var written = sheet(positives: [0.1, 1.0 / 3], negatives: [0.2], recordings: [(60, [0.5, 0.25])])
    written.snr = 10
    written.clips[0].answer = nil
    let bytes = try ScoreFile(sheets: [written]).bytes()
    #expect(try ScoreFile(json: Data(bytes)).sheets == [written])
  }

  @Test(arguments: [
    ("[]", "is no file of scores"), ("{\"format\":\"x\",\"version\":1}", "its format is x"),
    ("{\"format\":\"dormouse-scores\",\"version\":2}", "version 2"),
    ("{\"format\":\"dormouse-scores\",\"version\":1,\"sheets\":[]}", "holds no sheets"),
    ("{\"format\":\"dormouse-scores\",\"version\":1,\"sheets\":[{}]}", "is missing at 'sheets.[0]'"),
  ]) func whatIsWrongIsNamed(text: String, words: String) {
    #expect {
      try ScoreFile(json: Data(text.utf8))
    } throws: {
      "\($0)".contains(words)
    }
  }

  @Test func impossibleSheetsAreRefused() throws {
    let good = sheet(positives: [0.1], negatives: [0.2], recordings: [(60, [0.5])])
    let spoil: [(inout ScoreSheet) -> Void] = [
      { $0.clips[0].label = 2 }, { $0.clips[0].answer = -1 }, { $0.clips[0].scores = [] }, { $0.keywords[0].label = 7 },
      { $0.keywords[0].minimumRun = 0 }, { $0.recordings[0].seconds = 0 }, { $0.recordings[0].scores = [] },
      { $0.step = 0 },
    ]
    try good.check()
    for change in spoil {
      var bad = good
      change(&bad)
      #expect(throws: EvaluationError.self) { try bad.check() }
    }
  }
}
