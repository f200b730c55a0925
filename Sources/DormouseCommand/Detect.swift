import ArgumentParser

/// `dormouse detect`
struct Detect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the keywords that are spoken in recordings.",
    discussion: """
      Reads WAV, FLAC and Ogg files of any sample rate and channel count, or, as -, raw 16-bit little-endian samples on \
      standard input. A line a detection: when the word was accepted, its label, its score (0 to 1), and the stretch of \
      sound it was heard in. After the end of a file, silence is heard for a moment, so that a last word counts.

      Example: dormouse detect --json recording.wav
      """)

  @OptionGroup var model: ModelOption
  @OptionGroup var audio: AudioOptions

  @Option(
    help: ArgumentHelp("Score, 0 to 1, that every keyword must reach, instead of the model's own.", valueName: "score"))
  var threshold: Double?

  @Flag(help: "Print one JSON object a line; times are seconds.")
  var json = false

  @Flag(help: "Print the scores of all labels after each inference too, to draw them over time.")
  var scores = false

  @Flag(
    help: """
      Print what firmware prints, to compare: detections in samples, and hashes of all features and logits. Nothing is \
      heard after the end.
      """)
  var hash = false

  @Argument(help: ArgumentHelp("Recordings; - is standard input.", valueName: "file"))
  var files: [String]

  func validate() throws {
    if hash && (json || scores) {
      throw ValidationError("--hash has its own form; it goes with neither --json nor --scores.")
    }
    if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold must be 0 to 1.") }
    if files.filter({ $0 == "-" }).count > 1 { throw ValidationError("Standard input (-) can be heard only once.") }
    if files.contains("") { throw ValidationError("A file name is empty.") }
  }

  func run() throws {
    var loaded = try model.load()
    if let threshold { try loaded.setThreshold(threshold) }
    defer { withExtendedLifetime(loaded) {} }
    var failed = false
    for file in files {
      do {
        try detect(in: file, loaded)
      } catch {
        Console.complain("dormouse: \(error)")
        failed = true
      }
    }
    if failed { throw ExitCode.failure }
  }

  private func detect(in file: String, _ model: Model) throws {
    let rate = model.image.frontEnd.sampleRate
    let reader = try audio.open(file, sampleRate: rate)
    let report = DetectionReport(
      style: hash ? .samples : json ? .json : .table, name: file, namesFile: files.count > 1,
      labels: model.loaded.labels,
      sampleRate: rate)
    var listener = try Listener(model, keepsTranscript: hash, reportsScores: scores)
    try listener.hear(reader, flushes: !hash) { try report.say($0) }
    try report.close(listener.transcript)
  }
}
