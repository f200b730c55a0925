import Dormouse
import DormouseAnalog
import DormouseEnergy
import Foundation

/// Runs a scenario: reads profiles, builds and counts firmware, measures what recordings ask of it, reckons.
struct Simulation {
  let scenario: Scenario
  let model: Model
  let device: DeviceProfile
  let microphone: Microphone
  let battery: Battery
  let parts: FrontEndParts
  let duty: [(hours: Double, rates: Rates)]
  let forecast: Forecast
  /// What was counted, over sound.
  let counted: CountedSpotter
  /// What the core's timing was compared with; nil if nothing.
  let validated: String?
  let bases: [Figure.Basis: Int]
  /// Seconds from frame to frame, and hops from inference to inference.
  let shape: SpotterShape

  /// Seconds that are emulated: enough for two inferences of the longest context, for cycles hardly depend on the sound.
  static let countedSeconds = 2.5

  /// - Parameters:
  ///   - scenario: what to simulate.
  ///   - draws: of random figures.
  ///   - seed: of the draws.
  ///   - seconds: of the recording to emulate.
  init(_ scenario: Scenario, draws: Int, seed: UInt64, seconds: Double) throws {
    self.scenario = scenario
    model = try Model(path: ModelLocation.path(of: scenario.model))
    guard model.image.hasFrontEnd else {
      throw Failure("\(model.path): holds a bare network without a front end; it can't hear sound")
    }
    device = try PowerLocation.device(scenario.device)
    let ear = try PowerLocation.read(.microphones, scenario.microphone)
    microphone = try Microphone(json: ear.json, place: ear.place)
    let cell = try PowerLocation.read(.batteries, scenario.battery)
    battery = try Battery(json: cell.json, place: cell.place)
    parts = try Simulation.parts(scenario, model, microphone)
    let firmware = try SimulatedFirmware()
    let rate = model.image.frontEnd.sampleRate
    let standard = firmware.file("demo/words.flac")
    let recording = scenario.duty.lazy.compactMap(\.recording).first ?? standard
    let sound = try SimulatedSound(recording, rate: rate, seconds: nil).prefix(seconds: seconds)
    let image = model.image
    let every = Int(image.program.stride)
    let hop = Double(image.frontEnd.hop) / Double(rate)
    let stride = scenario.inferenceEvery.map { max(1, Int(($0 / hop).rounded())) } ?? every
    let waiting = Double((scenario.buffers ?? max(stride, 2)) * image.frontEnd.hop * 2)
    let isBank = parts.interface == .edges
    shape = SpotterShape(
      hop: hop, stride: stride, layers: image.layerCount,
      verifierLayers: image.hasVerifier ? image.verifier.layerCount : 0, imageLength: model.loaded.bytes.count,
      // Stack and variables of the runtime: firmware/report says less than 2 KB.
      ram: (Double(image.arenaLength) + (isBank ? 512 : waiting)) / 1024 + 2)
    // Everything that may be refused is looked at before firmware is built.
    if let clock = scenario.clock { _ = try device.checked(clock: clock) }
    _ = try device.acquiring(by: parts.interface)
    var rated: [(hours: Double, rates: Rates)] = []
    for (index, duty) in scenario.duty.enumerated() {
      rated.append(
        (
          duty.hours,
          try Simulation.rates(duty, index, scenario, model, isBank: isBank, canWait: microphone.wakeCurrent != nil)
        ))
    }
    duty = rated
    var always = model
    try always.verifyAlways()
    validated = device.core.timing.validated
    var silence: (run: CountedSpotter, edges: Int)?
    if isBank {
      let heard = try sound.bank(model)
      counted = try firmware.count(
        always, application: "edges", device: device, input: sound.edgeFile(heard.trace.edges), suffix: "edges")
      let quiet = try firmware.count(
        always, application: "edges", device: device, input: sound.edgeFile([]), suffix: "edges")
      silence = (quiet, heard.trace.edges.count)
    } else {
      counted = try firmware.count(always, application: "spot", device: device, input: sound.wave, suffix: "wav")
    }
    let setting = Forecast.Setting(
      device: device, parts: parts, battery: battery, duty: duty, application: scenario.application,
      buffers: scenario.buffers)
    let (shape, counted, core) = (shape, counted, device.core)
    forecast = try Forecast(setting, clock: scenario.clock, draws: draws, seed: seed) { memory in
      shape.workload(counted, silence: silence, memory: memory, core: core)
    }
    bases = device.bases
  }

  private static func parts(_ scenario: Scenario, _ model: Model, _ ear: Microphone) throws -> FrontEndParts {
    guard let bank = scenario.bank else { return .samples(ear, awake: scenario.awake) }
    guard model.isAnalog else {
      throw Failure("\(scenario.model) hears log-mel frames, which no filter bank makes; leave out the bank")
    }
    guard ear.kind == .analog else {
      throw Failure("\(ear.name) is digital; a filter bank needs an analog microphone, such as ics-40310")
    }
    let profile = try PowerLocation.read(.banks, bank)
    let parts = try AnalogParts(json: profile.json, place: profile.place)
    let board = try model.board()
    let bill = BillOfMaterials(board)
    func count(_ part: String) -> Int { bill.lines.filter { $0.part == part }.reduce(0) { $0 + $1.count } }
    let dividers = board.channels.reduce(0) { $0 + board.supply / ($1.dividerTop + $1.dividerBottom) }
    return .bank(
      ear,
      AnalogBank(
        parts: parts, channels: board.channels.count, amplifiers: count("op-amp"), comparators: count("comparator"),
        dividers: dividers * 1e6))
  }

  /// Rates as given, or measured with the stretch's recording.
  private static func rates(
    _ duty: Scenario.Duty, _ index: Int, _ scenario: Scenario, _ model: Model, isBank: Bool,
    canWait: Bool
  ) throws -> Rates {
    var rates = duty.rates
    rates.detections = scenario.wakeWords / 3600
    if rates.listening < 1 && !canWait {
      throw Failure(
        "\(scenario.name): duty \(index + 1) (\(duty.sound)): \(scenario.microphone) can't wait for sound by itself; leave out "
          + "'listening', or choose a microphone that can, such as t5838")
    }
    let needsVerified = model.image.hasVerifier && !duty.given.contains("verified")
    let needsEdges = isBank && !duty.given.isSuperset(of: ["edges_per_second", "inferring"])
    guard needsVerified || needsEdges else {
      if let path = duty.recording {
        // Nothing depends on it, but a recording that is missing or too short is an error all the same.
        _ = try SimulatedSound(path, rate: model.image.frontEnd.sampleRate, seconds: duty.seconds)
      }
      return rates
    }
    guard let path = duty.recording else {
      let fields = needsVerified ? "'verified'" : "'edges_per_second' and 'inferring'"
      throw Failure(
        "\(scenario.name): duty \(index + 1) (\(duty.sound)): give \(fields), or a 'recording' to measure with")
    }
    let sound = try SimulatedSound(path, rate: model.image.frontEnd.sampleRate, seconds: duty.seconds)
    if needsVerified {
      let inferences = try sound.inferences(model)
      rates.verified = Double(inferences.filter(\.verified).count) / Double(max(inferences.count, 1))
    }
    if needsEdges {
      let heard = try sound.bank(model)
      rates.edges = heard.edges
      rates.inferring = heard.inferring
    }
    return rates
  }
}

extension PowerLocation {
  /// The profile of a microcontroller.
  static func device(_ name: String) throws -> DeviceProfile {
    let profile = try read(.devices, name)
    return try DeviceProfile(json: profile.json, place: profile.place)
  }
}
