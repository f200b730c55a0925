import DormouseModel
import Foundation
import Testing

@testable import DormouseEvaluation

@Suite("Noise") struct NoiseTests {
  /// Ten periods a block of 20 ms.
  let speech = (0..<16000).map { Int16(8000 * sin(Double($0) * .pi / 16)) }

  @Test(arguments: [20.0, 0.0, -5.0]) func theRatioIsTheOneAskedFor(ratio: Double) {
    var random = RandomSequence(seed: 1)
    let recording = (0..<5000).map { _ in Int16(random.next(below: 2001) - 1000) }
    let bank = NoiseBank([recording], sampleRate: 16000)
    let excerpt = bank.excerpt(seed: 7, clip: "yes/a.wav", count: speech.count, sampleRate: 16000)
    let level = NoiseMixing.speechLevel(speech, sampleRate: 16000)
    #expect(abs(level - 8000 / 2.0.squareRoot()) < 5)
    let quiet = speech.map { $0 / 4 }
    let noisy = NoiseMixing.sum(quiet, excerpt, level: level / 4 * pow(10, -ratio / 20), clipStart: 0)
    let power = zip(noisy, quiet).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) } / Double(quiet.count)
    #expect(abs(10 * log10(level * level / 16 / power) - ratio) < 0.01)
  }

  @Test func whichNoiseDependsOnTheSeedAndTheClip() {
    let bank = NoiseBank([(0..<9000).map { Int16($0) }], sampleRate: 16000)
    func first(_ seed: UInt64, _ clip: String) -> Double {
      bank.excerpt(seed: seed, clip: clip, count: 100, sampleRate: 16000)[0]
    }
    #expect(first(1, "a") == first(1, "a"))
    #expect(first(1, "a") != first(2, "a"))
    #expect(first(1, "a") != first(1, "b"))
  }

  @Test func noiseGoesOnAroundTheClipAndAroundItsEnd() {
    let excerpt = NoiseExcerpt([1, 2, 3, 4], start: 3, count: 4)
    let scale = 1 / 7.5.squareRoot()
    #expect([-1, 0, 1, 5, -8].map { excerpt[$0] } == [3, 4, 1, 1, 4].map { Double($0) * scale })
    #expect(NoiseExcerpt([0, 0], start: 0, count: 2).isSilent)
  }

  @Test func loudSumsSaturate() {
    let excerpt = NoiseExcerpt([1, -1], start: 0, count: 2)
    #expect(NoiseMixing.sum([32000, -32000], excerpt, level: 5000, clipStart: 0) == [32767, -32768])
  }

  @Test func silenceAroundARecordingIsAsLoudAsItsQuietMoments() {
    // Nine tenths loud, one tenth at a root mean square of 30.
    let clip = (0..<16000).map { $0 < 2000 ? Int16($0 % 2 == 0 ? 30 : -30) : Int16($0 % 2 == 0 ? 3000 : -3000) }
    var hush = Hush(around: clip, of: "a", sampleRate: 16000)
    let samples = hush.samples(20000)
    let level = (samples.reduce(0) { $0 + Double($1) * Double($1) } / 20000).squareRoot()
    #expect(abs(level - 30) < 1)
    var silent = Hush(around: [Int16](repeating: 0, count: 16000), of: "a", sampleRate: 16000)
    #expect(silent.samples(100).allSatisfy { $0 == 0 })
  }
}

@Suite("Parallel work") struct ParallelTests {
  @Test(arguments: [1, 2, 7]) func resultsAreInOrderHoweverManyThreads(jobs: Int) {
    let results = Parallel.map(count: 100, jobs: jobs) { { $0 * $0 } }
    #expect(results == (0..<100).map { $0 * $0 })
    #expect(Parallel.map(count: 0, jobs: jobs) { { $0 } } == [])
  }

  /// The first outputs of SplitMix64 with seed 1234567, as its authors' C code gives them.
  @Test func randomNumbersAreThoseOfSplitMix64() {
    var random = RandomSequence(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
  }
}
