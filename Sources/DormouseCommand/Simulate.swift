import ArgumentParser
import DormouseEnergy
import Foundation

/// `dormouse simulate`
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how long a battery lasts: run the real firmware in an emulator, and reckon its energy.",
    discussion: """
      Builds the model's firmware for the device's core (from a checkout of Dormouse), counts what it executes over a \
      recording, turns that into cycles, and cycles into joules with the data sheets of microcontroller, microphone, \
      filters and battery. Without --clock it takes the clock that needs the least. A model that hears bits has a bank \
      of analog filters before it, unless --microphone is a digital one.

      Profiles are files in power/, with the source of every figure. A scenario is a file that says all this and what \
      there is to hear; the other options change it.

      Example: dormouse simulate --model commands-binary --device stm32u575 --battery cr2032
      """)

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Image file, or the name of a model that came with Dormouse.", valueName: "file-or-name"))
  var model: String?

  @Option(help: ArgumentHelp("Microcontroller: a profile's name or file; all: every one.", valueName: "name"))
  var device: String?

  @Option(help: ArgumentHelp("Battery: cr2032, 2xaa, lipo, or a profile's file.", valueName: "name"))
  var battery: String?

  @Option(help: ArgumentHelp("Microphone: a profile's name or file.", valueName: "name"))
  var microphone: String?

  @Option(help: ArgumentHelp("Clock, one of the device's.", valueName: "mhz"))
  var clock: Double?

  @Option(help: ArgumentHelp("Scenario: a name or a .json file.", valueName: "name"))
  var scenario: String?

  @Option(help: ArgumentHelp("Recording that says how often a verifier or a comparator is asked.", valueName: "file"))
  var recording: String?

  @Option(
    help: ArgumentHelp("Seconds of sound that are emulated to count cycles.", valueName: "seconds"))
  var seconds = Simulation.countedSeconds

  @Option(help: ArgumentHelp("Random draws from the ranges of the data sheets.", valueName: "count"))
  var draws = 200

  @Option(help: ArgumentHelp("Of the draws; equal seeds give equal results.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Count this bare-metal firmware instead of a model's; needs --mcu.", valueName: "file"))
  var elf: String?

  @Option(help: ArgumentHelp("Core that --elf is built for.", valueName: "core"))
  var mcu: String?

  @Option(help: ArgumentHelp("Stop --elf after so many instructions.", valueName: "count"))
  var limit: UInt64?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Add power over time to --json, for tools/plot.")
  var timeline = false

  func validate() throws {
    if elf != nil && mcu == nil {
      throw ValidationError("--elf needs --mcu, one of \(Core.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    if elf == nil && (mcu != nil || limit != nil) { throw ValidationError("--mcu and --limit go with --elf.") }
    if let mcu, Core(rawValue: mcu) == nil {
      throw ValidationError("--mcu must be one of \(Core.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    if elf != nil && (model != nil || scenario != nil || recording != nil) {
      throw ValidationError("--elf goes without --model, --scenario and --recording.")
    }
    if !(1.2...600).contains(seconds) { throw ValidationError("--seconds must be 1.2 to 600.") }
    if !(1...100_000).contains(draws) { throw ValidationError("--draws must be 1 to 100000.") }
    if timeline && !json { throw ValidationError("--timeline goes with --json.") }
  }

  private struct Table: Encodable {
    let devices: [SimulationReport]
    /// Devices that can't do it, and why.
    let refused: [String: String]
  }

  func run() throws {
    if let elf, let core = mcu.flatMap(Core.init(rawValue:)) {
      try ForeignFirmware(elf, core: core, device: device, clock: clock, limit: limit).say(json: json)
      return
    }
    guard device == "all" else {
      let report = try report(of: wanted(device))
      if json {
        try Console.say(json: report)
      } else {
        for line in report.lines { Console.say(line) }
      }
      return
    }
    var reports: [SimulationReport] = []
    var refused: [String: String] = [:]
    for name in PowerLocation.names(.devices) {
      do {
        reports.append(try report(of: wanted(name)))
      } catch let error as PowerError {
        refused[name] = error.description
      }
    }
    if json {
      try Console.say(json: Table(devices: reports, refused: refused))
      return
    }
    let sorted = reports.sorted { $0.days > $1.days }
    for line in TextTable.lines([SimulationReport.columns] + sorted.map(\.row), rightAligned: [2, 3, 4, 5]) {
      Console.say(line)
    }
    if reports.contains(where: { !$0.batterySuffices }) {
      Console.say("* takes more current when it runs than the battery gives")
    }
    for name in refused.keys.sorted() { Console.say(refused[name] ?? "") }
  }

  private func report(of scenario: Scenario) throws -> SimulationReport {
    let simulation = try Simulation(scenario, draws: draws, seed: seed, seconds: seconds)
    guard timeline else { return SimulationReport(simulation, timeline: nil) }
    let path = try recording ?? scenario.duty.lazy.compactMap(\.recording).first ?? SimulatedFirmware().file(Self.words)
    let sound = try SimulatedSound(path, rate: simulation.model.image.frontEnd.sampleRate, seconds: nil)
    let over = try SimulationReport.Timeline(simulation, sound: sound)
    return SimulationReport(simulation, timeline: over)
  }

  private static let words = "demo/words.flac"

  /// The scenario that options ask for.
  private func wanted(_ device: String?) throws -> Scenario {
    var wanted: Scenario
    if let scenario {
      let file = try PowerLocation.read(.scenarios, scenario)
      wanted = try Scenario(json: file.json, place: file.place)
    } else {
      let recording = try recording ?? SimulatedFirmware().file(Self.words)
      wanted = Scenario(
        name: "always listening", device: "stm32u575", microphone: "", model: ModelLocation.standard,
        battery: "cr2032", duty: [Scenario.Duty(sound: "the recording", hours: 24, recording: recording)])
    }
    if let model { wanted.model = model }
    if let device { wanted.device = device }
    if let battery { wanted.battery = battery }
    if let clock { wanted.clock = clock }
    if let recording, scenario != nil {
      wanted.duty = wanted.duty.map {
        Scenario.Duty(sound: $0.sound, hours: $0.hours, recording: recording, rates: $0.rates, given: $0.given)
      }
    }
    if microphone != nil || wanted.microphone.isEmpty {
      let hears = try Model(path: ModelLocation.path(of: wanted.model))
      wanted.microphone = microphone ?? (hears.isAnalog ? "ics-40310" : "t3902")
      let ear = try PowerLocation.read(.microphones, wanted.microphone)
      let kind = try Microphone(json: ear.json, place: ear.place).kind
      wanted.bank = hears.isAnalog && kind == .analog ? wanted.bank ?? "opa379" : nil
    }
    return wanted
  }
}
