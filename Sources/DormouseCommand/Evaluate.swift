import ArgumentParser
import DormouseEvaluation
import DormouseModel
import Foundation

/// `dormouse evaluate`
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judge models on recordings: accuracy, confusion, and how rejects trade for false accepts.",
    discussion: """
      DATA is a folder that holds a folder a class (links are followed), or a CSV manifest: path,label,start,end,speaker \
      with times in seconds, all but the path optional. A class that a model doesn't know counts as unknown, \
      _background_noise_ as silence. Recordings that are longer than ten seconds and name no keyword, those without a \
      label, and all of --negatives are long audio, in which false accepts an hour are counted.

      For accuracy a clip gets one inference, over its first second (of longer clips, the middle one). For the \
      trade-off it is heard as a device would, with some quiet before and after, by the image's detector at every \
      threshold. Rates are 0 to 1; intervals are 95 %, from drawing speakers again. Recordings that can't be read are \
      listed and left out; the exit code is then 1.

      Example: dormouse evaluate -m zero-dense --data clips --negatives speech --json
      """)

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Image file, or the name of a model that came with Dormouse; more than once for several. (default: "
        + "\(ModelLocation.standard))",
      valueName: "file-or-name"))
  var model: [String] = []

  @Option(help: ArgumentHelp("Recordings: a folder that holds a folder a class, or a CSV manifest.", valueName: "path"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Keywords that count, the others are unknown: commands, zero, words, or a list such as yes,no.",
      valueName: "task"))
  var task: String?

  @Option(help: ArgumentHelp("Long recordings in which no keyword is spoken.", valueName: "folder"))
  var negatives: String?

  @Option(help: ArgumentHelp("Recordings of noise, to be mixed into the clips.", valueName: "folder"))
  var noise: String?

  @Option(help: ArgumentHelp("Levels of the speech over that noise: 20,10,5,0.", valueName: "dB,..."))
  var snr: String?

  @Option(help: ArgumentHelp("Of all random choices: stretches of noise, speakers drawn again.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Draws for the confidence intervals; 0 leaves them out.", valueName: "count"))
  var bootstrap = 1000

  @Option(help: ArgumentHelp("Threads; the processors of this machine without it.", valueName: "count"))
  var jobs: Int?

  @Option(help: ArgumentHelp("Write every score to this JSON file too.", valueName: "json"))
  var writeScores: String?

  @Option(help: ArgumentHelp("Judge the scores in this file instead of hearing; more than once.", valueName: "json"))
  var scores: [String] = []

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if scores.isEmpty && data == nil && negatives == nil {
      throw ValidationError("Name the recordings with --data, or scores with --scores.")
    }
    if !scores.isEmpty && (data != nil || negatives != nil || noise != nil || !model.isEmpty || writeScores != nil) {
      throw ValidationError("--scores are of recordings already heard: no --model, --data, --negatives or --noise.")
    }
    if !scores.isEmpty && task != nil { throw ValidationError("--task changes what is heard; --scores are already.") }
    if (noise == nil) != (snr == nil) { throw ValidationError("--noise and --snr go together.") }
    if let snr, Evaluate.ratios(snr) == nil {
      throw ValidationError("--snr takes levels of -60 to 100 dB, separated by commas, each once.")
    }
    if let task, EvaluationTask(task) == nil {
      throw ValidationError("--task takes commands, zero, words, or different words separated by commas.")
    }
    if !(0...100_000).contains(bootstrap) { throw ValidationError("--bootstrap must be 0 to 100000.") }
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs must be 1 to 1024.") }
    if Set(model).count != model.count { throw ValidationError("A model is named twice.") }
  }

  func run() throws {
    let threads = jobs ?? ProcessInfo.processInfo.activeProcessorCount
    let outcome = try scores.isEmpty ? hear(threads) : readScores()
    for skipped in outcome.skipped { Console.complain("dormouse: \(skipped.path): \(skipped.reason)") }
    if let writeScores {
      try AtomicFile.write(ScoreFile(sheets: outcome.sheets.flatMap { $0 }).bytes(), to: writeScores)
    }
    let settings = EvaluationReport.Settings(
      data: data ?? negatives ?? scores.joined(separator: " "), negatives: negatives, noise: noise, task: task,
      seed: seed, bootstrap: bootstrap)
    let report = EvaluationReport(
      sheets: outcome.sheets, skipped: outcome.skipped, settings: settings, jobs: threads)
    if json { try Console.say(json: report) } else { EvaluationTable(report).say() }
    guard outcome.skipped.isEmpty else {
      throw Failure(
        "\(outcome.skipped.count) recording\(outcome.skipped.count == 1 ? "" : "s") left out; the figures are of the rest"
      )
    }
  }

  private func hear(_ threads: Int) throws -> Evaluator.Outcome {
    let task = self.task.flatMap(EvaluationTask.init)
    let models = try (model.isEmpty ? [ModelLocation.standard] : model).map {
      let loaded = try Model(path: ModelLocation.path(of: $0))
      return try EvaluatedModel(loaded.loaded, path: loaded.path, task: task)
    }
    var set = try data.map { try DataSet(path: $0) } ?? DataSet()
    if let negatives { try set.addNegatives(in: negatives) }
    var mixed: Evaluator.Noise?
    var unreadNoise: [SkippedRecording] = []
    if let noise, let ratios = snr.flatMap(Evaluate.ratios) {
      let bank = try NoiseBank(folder: noise, sampleRates: Set(models.map(\.sampleRate)))
      unreadNoise = bank.skipped
      mixed = Evaluator.Noise(bank: bank, ratios: ratios, seed: seed)
    }
    let evaluator = try Evaluator(models: models, data: set, noise: mixed)
    var outcome = try evaluator.run(jobs: threads) { done, total in
      ProgressLine.show("heard \(done) of \(total) recordings")
    }
    outcome.skipped += unreadNoise
    return outcome
  }

  private func readScores() throws -> Evaluator.Outcome {
    let files = try scores.map { path in
      let json = try InputFile.read(path, limit: 1 << 31)
      do {
        return try ScoreFile(json: json)
      } catch {
        throw Failure("\(path): \(error)")
      }
    }
    return Evaluator.Outcome(sheets: ScoreSheet.byModel(files.flatMap(\.sheets)), skipped: [])
  }

  private static func ratios(_ text: String) -> [Double]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard values.count == parts.count, values.allSatisfy({ (-60...100).contains($0) }) else { return nil }
    return Set(values).count == values.count ? values : nil
  }
}
