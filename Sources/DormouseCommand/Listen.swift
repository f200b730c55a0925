import ArgumentParser
import DormouseAudio
import DormouseLive
import Foundation

/// `dormouse listen`
struct Listen: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Listen to a microphone, and show the keywords that are spoken.",
    discussion: """
      On a terminal: the level, a bar a word with its score and threshold, the last detections. Elsewhere a line a \
      detection, as soon as the word was accepted. Ctrl-C ends it with a summary. A device that vanishes is waited for.

      Example: dormouse listen
      Example: dormouse listen --file talk.wav --realtime
      """)

  @OptionGroup var model: ModelOption

  @Option(help: ArgumentHelp("Sound device, as ALSA names it.", valueName: "name"))
  var device: String?

  @Flag(help: "Print the devices that can be listened to, and end.")
  var listDevices = false

  @Option(help: ArgumentHelp("Listen to this recording instead; - is standard input.", valueName: "file"))
  var file: String?

  @Flag(help: "Play the recording at the speed at which it was spoken.")
  var realtime = false

  @OptionGroup var audio: AudioOptions
  @OptionGroup var spotting: ListenOptions
  @OptionGroup var page: PageOptions

  @Flag(help: "Print one JSON object a line; times are seconds.")
  var json = false

  func validate() throws {
    if file != nil && device != nil { throw ValidationError("Give either --device or --file.") }
    if file == nil && realtime { throw ValidationError("--realtime plays a recording: name it with --file.") }
    if file == "" || device == "" { throw ValidationError("A name is empty.") }
  }

  func run() throws {
    if listDevices {
      try CaptureDeviceList.say(json: json)
      return
    }
    var loaded = try model.load()
    try spotting.tune(&loaded)
    let isTerminal = !json && isatty(1) != 0
    let session = try open(loaded, showsOutput: !isTerminal)
    let stopper = Stopper(session)
    defer { stopper.cancel() }
    session.add(isTerminal ? ListenTerminal(session) : ListenLog(json: json, session))
    let server = page.open(session, loaded)
    defer { server?.stop() }
    let summary = try session.run()
    try ListenSummary.say(summary, json: json)
  }

  private func open(_ model: Model, showsOutput: Bool) throws -> LiveSession {
    let options = try spotting.options(showsOutput: showsOutput)
    do {
      return try LiveSession(model: model.loaded, source: source(model), options: options)
    } catch let error as MicrophoneError where error.kind == .absent {
      throw Failure(
        "\(error); --list-devices names those that are there. To listen to a recording instead: "
          + "dormouse listen --file talk.wav --realtime")
    }
  }

  private func source(_ model: Model) -> LiveSource {
    guard let file else { return .microphone(device ?? "default") }
    let format = AudioFormat(
      sampleRate: audio.rawRate ?? model.image.frontEnd.sampleRate, channels: audio.rawChannels)
    return .file(file, rawFormat: format, realtime: realtime || page.isWanted)
  }
}

/// `--list-devices`
enum CaptureDeviceList {
  static func say(json: Bool) throws {
    let devices = CaptureDevice.all()
    if devices.isEmpty {
      Console.complain("no sound devices; to listen to a recording: dormouse listen --file talk.wav --realtime")
    }
    let width = devices.map(\.name.count).max() ?? 0
    for device in devices {
      if json {
        try Console.say(json: device)
      } else {
        Console.say(device.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + device.description)
      }
    }
  }
}
