import DormouseEnergy
import Foundation

/// What `dormouse simulate` prints. Powers in microwatts, energies in microjoules, currents in milliamperes.
struct SimulationReport: Encodable {
  struct Part: Encodable {
    let part: String
    let uw: Double
  }

  struct Duty: Encodable {
    let sound: String
    let hours: Double
    let powerUw: Double
    let verified: Double
    let edgesPerSecond: Double
    let inferring: Double
    let listening: Double
  }

  struct Clock: Encodable {
    let mhz: Double
    let powerUw: Double
    let load: Double
    /// Share of the sound that is lost.
    let missed: Double
  }

  /// Power over time, for a picture.
  struct Timeline: Encodable {
    let stepMs: Double
    let powerUw: [Double]
    /// Least and largest sample of each step.
    let waveform: [[Int]]
    /// Steps in which the verifier ran.
    let verified: [Int]
    /// Steps in which a keyword was accepted.
    let detected: [Int]
  }

  let scenario: String
  let model: String
  let device: String
  let core: String
  /// What the core's timing was compared with; absent where nothing.
  let timing: String?
  let clockMhz: Double
  let clockGiven: Bool
  let powerUw: Double
  /// A tenth of random draws of the data sheets' ranges lies below, a tenth above the other.
  let powerUwLow: Double
  let powerUwHigh: Double
  let acquisitionUw: Double
  let acquisitionShare: Double
  let classificationUw: Double
  let inferenceUj: Double
  let inferencesPerSecond: Double
  /// Cycles of a frame, an edge, an inference and a verification at this clock.
  let frameCycles: Double
  let edgeCycles: Double
  let inferenceCycles: Double
  let verifierCycles: Double
  let load: Double
  let missed: Double
  let battery: String
  let batteryMa: Double
  let peakMa: Double
  /// The battery can give the peak.
  let batterySuffices: Bool
  let days: Double
  let daysLow: Double
  let daysHigh: Double
  let parts: [Part]
  let duty: [Duty]
  let clocks: [Clock]
  /// Figures of the device by how far they can be trusted.
  let figures: [String: Int]
  let microphone: String
  let bank: String?
  /// The emulator was stopped at its limit; counts are of what it saw.
  let stopped: Bool
  let timeline: Timeline?

  init(_ simulation: Simulation, timeline: Timeline?) {
    let forecast = simulation.forecast
    let budget = forecast.budget
    func micro(_ value: Double) -> Double { value * 1e6 }
    scenario = simulation.scenario.name
    model = simulation.model.loaded.name
    device = simulation.device.name
    core = simulation.device.core.title
    timing = simulation.validated
    clockMhz = forecast.clock
    clockGiven = simulation.scenario.clock != nil
    powerUw = micro(budget.total)
    powerUwLow = micro(forecast.powerSpread.low)
    powerUwHigh = micro(forecast.powerSpread.high)
    acquisitionUw = micro(budget.acquisition)
    acquisitionShare = budget.total > 0 ? budget.acquisition / budget.total : 0
    classificationUw = micro(budget.classification)
    inferenceUj = micro(budget.inference)
    inferencesPerSecond = 1 / (forecast.work.hop * Double(forecast.work.stride))
    frameCycles = forecast.work.frame
    edgeCycles = forecast.work.edge
    inferenceCycles = forecast.work.inference
    verifierCycles = forecast.work.verifier
    load = budget.load
    missed = forecast.clocks.first { $0.clock == forecast.clock }?.missed ?? 0
    battery = simulation.battery.name
    batteryMa = forecast.batteryMilliamperes
    peakMa = budget.peak
    batterySuffices = budget.peak <= simulation.battery.greatestCurrent.typical
    days = forecast.days
    daysLow = forecast.daysSpread.low
    daysHigh = forecast.daysSpread.high
    parts = budget.entries.map { Part(part: $0.part.description, uw: micro($0.watts)) }
    duty = zip(zip(simulation.scenario.duty, simulation.duty), forecast.stretches).map { pair, budget in
      Duty(
        sound: pair.0.sound, hours: pair.0.hours, powerUw: micro(budget.total), verified: pair.1.rates.verified,
        edgesPerSecond: pair.1.rates.edges, inferring: pair.1.rates.inferring, listening: pair.1.rates.listening)
    }
    clocks = forecast.clocks.map {
      Clock(mhz: $0.clock, powerUw: micro($0.watts), load: $0.load, missed: $0.missed)
    }
    figures = Dictionary(uniqueKeysWithValues: simulation.bases.map { ($0.key.rawValue, $0.value) })
    microphone = simulation.microphone.name
    if case .bank(_, let bank) = simulation.parts {
      self.bank = "\(bank.channels) channels, \(bank.amplifiers) amplifiers, \(bank.parts.name)"
    } else {
      bank = nil
    }
    stopped = simulation.counted.stopped
    self.timeline = timeline
  }
}

extension SimulationReport {
  /// For people.
  var lines: [String] {
    let network = parts.filter { $0.part.hasPrefix("layer ") }
    var shown = parts.filter { !$0.part.hasPrefix("layer ") }
    if !network.isEmpty {
      let place =
        shown.firstIndex { ["verifier", "detector", "sleep", "application"].contains($0.part) } ?? shown.count
      shown.insert(Part(part: "network, \(network.count) layers", uw: network.reduce(0) { $0 + $1.uw }), at: place)
    }
    let rows = shown.map { ["  " + $0.part, Self.number($0.uw), Self.percent($0.uw / powerUw)] }
    let sum = [["  average power", Self.number(powerUw), ""]]
    let all = TextTable.lines([["", "uW", "share"]] + rows + sum, rightAligned: [1, 2])
    return head + all + [""] + rest
  }

  private var head: [String] {
    let timed = timing ?? "not validated for this core"
    return [
      "\(model) on \(device) (\(core)), \(microphone)" + (bank.map { "; \($0)" } ?? ""),
      "cycles: frame \(Self.number(frameCycles)), inference \(Self.number(inferenceCycles))"
        + (verifierCycles > 0 ? ", verification \(Self.number(verifierCycles))" : "")
        + (edgeCycles > 0 ? ", edge \(Self.number(edgeCycles))" : "") + "; timing: \(timed)",
      "",
    ]
  }

  private var rest: [String] {
    var lines = [
      "power by data sheets' ranges: \(Self.number(powerUwLow)) to \(Self.number(powerUwHigh)) uW in 8 of 10 draws",
      "acquisition and preprocessing: \(Self.percent(acquisitionShare)) of the energy",
      "an inference: \(Self.number(inferenceUj)) uJ, \(Self.number(inferencesPerSecond)) a second",
      String(
        format: "clock: %g MHz%@; the core runs %@ of the time", clockMhz,
        clockGiven ? "" : ", which takes the least", Self.percent(load)),
    ]
    if missed > 0 || load > 1 {
      lines.append("DEADLINES MISSED: \(Self.percent(missed)) of the sound is lost at this clock; choose a faster one")
    }
    lines.append(
      "\(battery): \(Self.life(days)) (\(Self.life(daysLow)) to \(Self.life(daysHigh))) at \(Self.number(batteryMa)) mA"
    )
    if !batterySuffices {
      lines.append("but the core takes \(Self.number(peakMa)) mA when it runs, more than this battery gives")
    }
    if duty.count > 1 {
      let rows = duty.map { ["  " + $0.sound, Self.number($0.hours), Self.number($0.powerUw)] }
      lines += [""] + TextTable.lines([["", "hours", "uW"]] + rows, rightAligned: [1, 2])
    }
    let rows = clocks.map {
      ["  \(Self.number($0.mhz))", Self.number($0.powerUw), Self.percent($0.load), Self.percent($0.missed)]
    }
    if clocks.count > 1 {
      lines +=
        [""]
        + TextTable.lines([["  MHz", "uW", "runs", "lost"]] + rows, rightAligned: [0, 1, 2, 3])
    }
    let order = ["document", "quoted", "unchecked", "estimate"]
    let counts = order.compactMap { basis in figures[basis].map { "\($0) \(basis)" } }
    lines += ["", "the device's figures: \(counts.joined(separator: ", ")); see power/README.md"]
    if stopped { lines.append("the emulator was stopped at its limit; counts are of what it saw") }
    return lines
  }

  /// Columns of a table of several simulations.
  static let columns = ["device", "model", "MHz", "uW", "acquisition", "inference, uJ", "lasts", "8 of 10 draws"]

  /// A row of such a table.
  var row: [String] {
    [
      device, model, Self.number(clockMhz), Self.number(powerUw), Self.percent(acquisitionShare),
      Self.number(inferenceUj), Self.life(days) + (batterySuffices ? "" : " *"),
      "\(Self.life(daysLow)) to \(Self.life(daysHigh))",
    ]
  }

  /// To three digits, without an exponent.
  static func number(_ value: Double) -> String {
    let magnitude = abs(value)
    if magnitude >= 100 { return String(format: "%.0f", value) }
    return String(format: magnitude >= 10 ? "%.1f" : magnitude >= 1 ? "%.2f" : "%.3f", value)
  }

  static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

  /// Such as "3 hours", "34 days", "2.1 years".
  static func life(_ days: Double) -> String {
    if days < 3 { return String(format: "%.1f hours", days * 24) }
    if days < 730 { return String(format: "%.0f days", days) }
    return String(format: "%.1f years", days / 365.25)
  }
}
