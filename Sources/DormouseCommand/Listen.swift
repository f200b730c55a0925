import ArgumentParser
import DormouseAudio
import DormouseLive

/// `dormouse listen`
struct Listen: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Listen, and print the keywords that are spoken.",
    discussion: """
      A line a detection, as soon as the word was accepted. Ctrl-C ends it with a summary.

      Example: dormouse listen --file talk.wav --realtime
      """)

  @OptionGroup var model: ModelOption
  @OptionGroup var audio: AudioOptions
  @OptionGroup var page: PageOptions

  @Option(help: ArgumentHelp("Listen to this recording instead; - is standard input.", valueName: "file"))
  var file: String?

  @Flag(help: "Play the recording at the speed at which it was spoken.")
  var realtime = false

  @Flag(help: "Print one JSON object a line; times are seconds.")
  var json = false

  func run() throws {
    let loaded = try model.load()
    let rawFormat = AudioFormat(
      sampleRate: audio.rawRate ?? loaded.image.frontEnd.sampleRate, channels: audio.rawChannels)
    let session = try LiveSession(
      model: loaded.loaded, source: .file(file ?? "-", rawFormat: rawFormat, realtime: realtime || page.isWanted))
    session.add(ListenLog(json: json))
    let server = page.open(session, loaded)
    defer { server?.stop() }
    let summary = try session.run()
    if json { try Console.say(json: summary) }
  }
}
