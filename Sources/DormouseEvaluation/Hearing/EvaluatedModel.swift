import Dormouse
import DormouseModel

/// A model image and what it is asked to hear.
///
/// It is shared between threads: an image is never written to.
public final class EvaluatedModel: @unchecked Sendable {
  /// File of the image.
  public let path: String
  /// The image; it has a front end.
  let loaded: LoadedImage
  /// What the data's classes are called.
  public let classes: ClassMap

  /// - Throws: that the image has no front end, or can't do the task.
  public init(_ loaded: LoadedImage, path: String, task: EvaluationTask? = nil) throws(EvaluationError) {
    guard loaded.image.hasFrontEnd else {
      throw EvaluationError("\(path): holds a bare network without a front end; it can't hear sound")
    }
    self.loaded = loaded
    self.path = path
    let image = loaded.image
    let reported = (0..<image.labelCount).filter { image.keywords[$0].threshold <= 32768 }
    do {
      classes = try ClassMap(labels: loaded.labels, keywords: reported, task: task)
    } catch {
      throw EvaluationError("\(path): \(error)")
    }
  }

  var image: ModelImage { loaded.image }
  /// Hz that it hears.
  public var sampleRate: Int { image.frontEnd.sampleRate }

  /// Samples of one context.
  var contextSamples: Int {
    image.frontEnd.window + (Int(image.program.context) - 1) * image.frontEnd.hop
  }

  /// Samples between inferences.
  var step: Int { Int(image.program.stride) * image.frontEnd.hop }

  /// Samples of silence heard before a recording, so that its start is seen at every place of the context.
  var silenceBefore: Int { contextSamples }

  /// Samples of silence heard after a recording: until its end has left the context, the smoothing and the run.
  var silenceAfter: Int {
    let longestRun = classes.keywords.map { Int(image.keywords[$0].minimumRun) }.max() ?? 1
    return contextSamples + (Int(image.detector.smoothing) + longestRun - 2) * step
  }

  /// Costs of the two networks of a cascade.
  private var cascade: ScoreSheet.Cascade? {
    guard image.hasVerifier else { return nil }
    let (first, second) = (LayerTable(image).totals, LayerTable(image.verifier).totals)
    return ScoreSheet.Cascade(
      macs: first.macs, arithmeticCost: first.arithmeticCost, verifierMacs: second.macs,
      verifierArithmeticCost: second.arithmeticCost)
  }

  /// A sheet without scores.
  func emptySheet(snr: Double?) -> ScoreSheet {
    ScoreSheet(
      model: loaded.name, version: loaded.version, path: path, imageBytes: loaded.bytes.count,
      arenaBytes: image.arenaLength, labels: loaded.labels,
      keywords: classes.keywords.map {
        let record = image.keywords[$0]
        return ScoreSheet.Keyword(
          label: $0, threshold: Double(record.threshold) / 32768, minimumRun: Int(record.minimumRun))
      },
      sampleRate: sampleRate, step: step, refractory: Int(image.detector.refractory), snr: snr, cascade: cascade,
      clips: [],
      recordings: [])
  }
}
