import DormouseAudio
import Foundation

/// What one model made of one recording.
struct HeardRecording: Sendable {
  /// `[condition]`: the clip, or the pieces of long silence; empty for other long audio.
  var clips: [[ScoreSheet.Clip]]
  /// Scores of long audio.
  var long: ScoreSheet.Recording?
}

/// Lets all models hear one recording after another; for one thread.
///
/// A recording of a keyword is a clip. Any other recording is a clip up to `longest` seconds, and long audio beyond
/// them. Long audio that is a class of silence is also cut into seconds, each of which counts for accuracy.
final class RecordingListener {
  /// Seconds of a clip in which no keyword is spoken.
  static let longest = 10
  /// Seconds of a recording with one keyword in it; it is held in memory.
  static let longestKeyword = 600

  private let models: [EvaluatedModel]
  private let noise: Evaluator.Noise?
  /// One a model for streams, and one for single inferences.
  private let ears: [(stream: Ear, single: Ear)]

  init(_ models: [EvaluatedModel], noise: Evaluator.Noise?) {
    self.models = models
    self.noise = noise
    ears = models.map { (Ear($0), Ear($0)) }
  }

  /// One result a model.
  func hear(_ recording: Recording) -> Result<[HeardRecording], AudioError> {
    do throws(AudioError) {
      var heard = [HeardRecording?](repeating: nil, count: models.count)
      for rate in Set(models.map(\.sampleRate)).sorted() {
        let chosen = models.indices.filter { models[$0].sampleRate == rate }
        for (index, result) in zip(chosen, try hear(recording, rate, chosen)) { heard[index] = result }
      }
      return .success(heard.map { $0! })
    } catch {
      return .failure(error)
    }
  }

  /// Results of the models with this sample rate.
  private func hear(_ recording: Recording, _ rate: Int, _ chosen: [Int]) throws(AudioError) -> [HeardRecording] {
    let reader = try SegmentReader(recording, sampleRate: rate)
    var samples: [Int16] = []
    try reader.append(RecordingListener.longest * rate + 1, to: &samples)
    guard !samples.isEmpty else { throw AudioError(recording.path, "holds no samples") }
    let isLong = samples.count > RecordingListener.longest * rate
    guard let name = recording.label, !isLong || isKeyword(name) else {
      return try hearLong(recording, reader, samples, rate, chosen)
    }
    let limit = RecordingListener.longestKeyword * rate
    try reader.append(limit + 1 - samples.count, to: &samples)
    guard samples.count <= limit else {
      throw AudioError(
        recording.path,
        "longer than \(RecordingListener.longestKeyword) s for one \(name); say in a manifest where the word starts and ends"
      )
    }
    return chosen.map { hearClip(recording, name, samples, rate, $0) }
  }

  /// Whether any of the models listens for this class.
  private func isKeyword(_ name: String) -> Bool {
    models.contains { model in (try? model.classes.label(of: name)).map(model.classes.keywords.contains) ?? false }
  }

  private func hearClip(
    _ recording: Recording, _ name: String, _ samples: [Int16], _ rate: Int, _ index: Int
  ) -> HeardRecording {
    let (model, ears) = (models[index], ears[index])
    // The evaluator has looked up every class before.
    let label = (try? model.classes.label(of: name)) ?? 0
    // A second from the start, as training judges; of longer clips the second in the middle.
    let skipped = max(0, (samples.count - rate) / 2)
    let judged = samples.dropFirst(skipped).prefix(model.contextSamples)
    let single = judged + [Int16](repeating: 0, count: model.contextSamples - judged.count)
    let before = model.silenceBefore
    var hush = Hush(around: samples, of: recording.name, sampleRate: rate)
    let stream = hush.samples(before) + samples + hush.samples(model.silenceAfter)
    func scored(_ single: [Int16], _ stream: [Int16]) -> ScoreSheet.Clip {
      ears.stream.begin()
      ears.stream.hear(stream)
      let scores = zip(ears.stream.scores, model.classes.keywords).map { scores, keyword in
        DetectorSweep.highestThreshold(scores, minimumRun: Int(model.image.keywords[keyword].minimumRun))
      }
      let answer = ears.single.answer(single)
      return ScoreSheet.Clip(
        name: recording.name, speaker: recording.speaker, label: label,
        answer: model.classes.answers[answer.label], scores: scores, escalated: answer.escalated)
    }
    let clean = scored(Array(single), stream)
    guard let noise else { return HeardRecording(clips: [[clean]]) }
    // Silence has no level that noise could be compared with.
    if ClassMap.isSilence(name) {
      return HeardRecording(clips: Array(repeating: [clean], count: noise.ratios.count + 1))
    }
    let speech = NoiseMixing.speechLevel(samples, sampleRate: rate)
    let excerpt = noise.bank.excerpt(
      seed: noise.seed, clip: recording.name, count: samples.count, sampleRate: rate)
    let noisy = noise.ratios.map { ratio in
      let level = speech * decibels(-ratio)
      return [
        scored(
          NoiseMixing.sum(Array(single), excerpt, level: level, clipStart: -skipped),
          NoiseMixing.sum(stream, excerpt, level: level, clipStart: before))
      ]
    }
    return HeardRecording(clips: [[clean]] + noisy)
  }

  /// Hears `first`, then the rest of the reader, a second at a time.
  private func hearLong(
    _ recording: Recording, _ reader: SegmentReader, _ first: [Int16], _ rate: Int, _ chosen: [Int]
  ) throws(AudioError) -> [HeardRecording] {
    let isSilence = recording.label.map(ClassMap.isSilence) ?? false
    var answers = [[(label: Int, escalated: Bool?)]](repeating: [], count: chosen.count)
    var hushes: [Hush] = []
    for index in chosen {
      var hush = Hush(around: first, of: recording.name, sampleRate: rate)
      ears[index].stream.begin()
      ears[index].stream.hear(hush.samples(models[index].silenceBefore))
      hushes.append(hush)
    }
    var count = 0
    var block = Array(first.prefix(rate))
    var rest = first.dropFirst(rate)
    while !block.isEmpty {
      count += block.count
      for (place, index) in chosen.enumerated() {
        ears[index].stream.hear(block)
        guard isSilence && block.count == rate else { continue }
        let missing = max(0, models[index].contextSamples - rate)
        let second = block + [Int16](repeating: 0, count: missing)
        answers[place].append(ears[index].single.answer(second))
      }
      block = Array(rest.prefix(rate))
      rest = rest.dropFirst(rate)
      if block.count < rate { try reader.append(rate - block.count, to: &block) }
    }
    return chosen.enumerated().map { place, index in
      let model = models[index]
      ears[index].stream.hear(hushes[place].samples(model.silenceAfter))
      let pieces = answers[place].enumerated().map { second, answer in
        ScoreSheet.Clip(
          name: "\(recording.name)[\(second):\(second + 1)]", speaker: recording.speaker,
          label: (try? model.classes.label(of: "silence")) ?? 0, answer: model.classes.answers[answer.label],
          scores: nil, escalated: answer.escalated)
      }
      return HeardRecording(
        clips: Array(repeating: pieces, count: 1 + (noise?.ratios.count ?? 0)),
        long: ScoreSheet.Recording(
          name: recording.name, speaker: recording.speaker, seconds: Double(count) / Double(rate),
          scores: ears[index].stream.scores, escalations: ears[index].stream.escalations))
    }
  }

  /// The amplitude factor of a level in dB.
  private func decibels(_ value: Double) -> Double { pow(10, value / 20) }
}
