import ArgumentParser
import DormouseLive

/// What counts as a detection, and what is done at one.
struct ListenOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Score, 0 to 1, that every keyword must reach, instead of the model's own.", valueName: "score"))
  var threshold: Double?

  @Option(
    help: ArgumentHelp(
      "How readily one word is accepted, such as yes=0.7: 0 never, 0.5 at its threshold, 1 always. May be repeated.",
      valueName: "word=0..1"))
  var sensitivity: [WordSensitivity] = []

  @Option(
    help: ArgumentHelp("Keep the seconds around each detection as WAV files in this folder.", valueName: "folder"))
  var record: String?

  @Option(help: ArgumentHelp("Megabytes that these files may take; the oldest go first.", valueName: "MB"))
  var recordLimit = 100

  @Option(
    name: .customLong("exec"),
    help: ArgumentHelp(
      "Run this at each detection, without a shell; {label}, {score} and {time} are filled in.", valueName: "command"))
  var execute: String?

  @Option(name: .customLong("exec-limit"), help: ArgumentHelp("Seconds that it may take.", valueName: "seconds"))
  var executeLimit = 10.0

  func validate() throws {
    if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold must be 0 to 1.") }
    if !(1...1_000_000).contains(recordLimit) { throw ValidationError("--record-limit must be 1 to 1000000.") }
    if !(0.1...3600).contains(executeLimit) { throw ValidationError("--exec-limit must be 0.1 to 3600.") }
    if record == "" { throw ValidationError("--record names no folder.") }
    do {
      if let execute { _ = try CommandTemplate(execute) }
    } catch {
      throw ValidationError("--exec: \(error).")
    }
  }

  /// Sets the thresholds in a copy of the image.
  func tune(_ model: inout Model) throws {
    if let threshold { try model.setThreshold(threshold) }
    for wish in sensitivity { try model.apply(wish) }
  }

  /// - Parameter showsOutput: whether the command's output may be seen.
  func options(showsOutput: Bool) throws -> LiveSession.Options {
    var options = LiveSession.Options()
    if let record { options.recorder = try DetectionRecorder(folder: record, limit: recordLimit * 1_000_000) }
    if let execute {
      options.command = DetectionCommand(
        try CommandTemplate(execute), limit: executeLimit, showsOutput: showsOutput)
    }
    return options
  }
}
