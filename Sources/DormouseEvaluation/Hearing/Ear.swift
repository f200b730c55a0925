import Dormouse

/// A spotter with memory of its own, for one thread.
final class Ear {
  private let model: EvaluatedModel
  private let arena: UnsafeMutableRawPointer
  private var spotter: Spotter
  /// `[keyword][inference]`, since `begin`.
  private(set) var scores: [[Double]]

  init(_ model: EvaluatedModel) {
    self.model = model
    let length = model.image.arenaLength
    arena = .allocate(byteCount: max(length, 1), alignment: ImageFormat.alignment)
    arena.initializeMemory(as: UInt8.self, repeating: 0, count: length)
    do {
      spotter = try Spotter(image: model.image, arena: arena, arenaLength: length)
    } catch {
      fatalError("the front end of \(model.path) was checked before")
    }
    scores = model.classes.keywords.map { _ in [] }
  }

  deinit { arena.deallocate() }

  /// Inferences in which a cascade's verifier ran, since `begin`; nil of a single network.
  var escalations: Int? { model.image.hasVerifier ? Int(spotter.escalations) : nil }

  /// The label with the highest logit in one inference over the first context of `samples`, the first of equals; and of
  /// a cascade whether its verifier ran.
  ///
  /// - Precondition: there are enough samples.
  func answer(_ samples: [Int16]) -> (label: Int, escalated: Bool?) {
    spotter.reset()
    return samples.withUnsafeBufferPointer { samples in
      var taken = 0
      while true {
        let progress = spotter.push(samples, from: taken)
        taken += progress.consumed
        precondition(progress.consumed > 0, "fewer samples than a context")
        if progress.inference { break }
      }
      let logits = spotter.logits
      var best = 0
      for label in 1..<logits.count where logits[label] > logits[best] { best = label }
      return (best, model.image.hasVerifier ? spotter.escalated : nil)
    }
  }

  /// Forgets everything heard.
  func begin() {
    spotter.reset()
    for keyword in scores.indices { scores[keyword].removeAll(keepingCapacity: true) }
  }

  /// Hears more of a recording.
  func hear(_ samples: [Int16]) {
    samples.withUnsafeBufferPointer { samples in
      var taken = 0
      while taken < samples.count {
        let progress = spotter.push(samples, from: taken)
        taken += progress.consumed
        guard progress.inference else { continue }
        for (keyword, label) in model.classes.keywords.enumerated() {
          scores[keyword].append(Double(spotter.score(of: label)) / 32768)
        }
      }
    }
  }
}
