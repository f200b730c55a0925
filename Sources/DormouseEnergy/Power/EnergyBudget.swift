/// Where the joules of a second of sound go.
public struct EnergyBudget: Sendable, Equatable {
  /// A part of the way from sound to detections.
  public enum Part: Hashable, Sendable {
    /// The microphone.
    case microphone
    /// Analog filters and comparators.
    case bank
    /// The microcontroller while samples or edges arrive and its core is stopped.
    case acquire
    /// Wake-ups.
    case wake
    /// From samples or edges to frames.
    case frontEnd
    /// One layer of the network.
    case layer(Int)
    /// The network that verifies.
    case verifier
    /// From logits to detections.
    case detector
    /// The microcontroller while the microphone waits for sound by itself.
    case sleep
    /// What the application does with a detection.
    case application
  }

  /// What one part takes.
  public struct Entry: Sendable, Equatable {
    /// The part.
    public let part: Part
    /// Watts at the part's own supply: joules a second.
    public let watts: Double
    /// Of the part.
    public let supply: Supply
  }

  /// In the order of the sound's way; parts that take nothing are left out.
  public let entries: [Entry]
  /// Share of the time in which the core runs; above 1 it can't keep up.
  public let load: Double
  /// Joules of an inference with the detector after it, not verified.
  public let inference: Double
  /// Milliamperes that the microcontroller takes at most.
  public let peak: Double

  /// The budget of a workload at a point, where things happen at certain rates.
  ///
  /// - Parameters:
  ///   - work: cycles.
  ///   - point: watts.
  ///   - rates: how often.
  ///   - application: joules that the application spends on a detection.
  public init(_ work: Workload, at point: OperatingPoint, rates: Rates, application: Double = 0) {
    let hertz = point.clock * 1e6
    let perFlashByte = point.flashRead
    let isEdges = work.edge > 0
    // Firmware behind a bank is woken by edges and sleeps through frames without any.
    let frames = rates.listening / work.hop * (isEdges ? rates.inferring : 1)
    let inferences = rates.listening * rates.inferring / work.hop / Double(work.stride)
    let edges = rates.listening * rates.edges
    let detections = rates.detections
    let cycles: [(Part, Double)] =
      [(.frontEnd, frames * work.frame + edges * work.edge)]
      + work.layers.enumerated().map { (.layer($0.offset), inferences * $0.element) } + [
        (.verifier, inferences * rates.verified * work.verifier), (.detector, inferences * work.detector),
      ]
    let load = cycles.reduce(0) { $0 + $1.1 } / hertz
    // A core that can't keep up runs all the time and drops the rest.
    let kept = load > 1 ? 1 / load : 1
    let idle = max(0, 1 - load)
    let energyOfCycle = point.active / hertz
    var watts: [(Part, Double, Supply)] = [
      (
        .microphone, rates.listening * point.microphone.listening + (1 - rates.listening) * point.microphone.waiting,
        point.microphoneSupply
      ),
      (.bank, point.bank, point.bankSupply),
      (.acquire, idle * rates.listening * point.acquiring, point.supply),
      (.wake, (isEdges ? edges : frames) * point.wake, point.supply),
    ]
    let layerCycles = work.layers.reduce(0, +)
    for (part, count) in cycles {
      var flash = 0.0
      if part == .frontEnd { flash = frames * work.flashBytes.frame }
      if case .layer = part, layerCycles > 0 {
        flash = inferences * work.flashBytes.inference * count / (inferences * layerCycles)
      }
      let flashWatts = count > 0 ? flash * perFlashByte : 0
      watts.append((part, kept * (count * energyOfCycle + flashWatts), point.supply))
    }
    watts.append((.sleep, idle * (1 - rates.listening) * point.asleep, point.supply))
    watts.append((.application, detections * application, point.supply))
    entries = watts.filter { $0.1 > 0 }.map { Entry(part: $0.0, watts: $0.1, supply: $0.2) }
    self.load = load
    inference = work.inference * energyOfCycle + work.flashBytes.inference * perFlashByte
    peak = point.peak
  }

  private init(entries: [Entry], load: Double, inference: Double, peak: Double) {
    self.entries = entries
    self.load = load
    self.inference = inference
    self.peak = peak
  }

  /// The mean of budgets, each with its share of the time; shares add up to 1. Load is the greatest.
  public static func mean(_ budgets: [(budget: EnergyBudget, share: Double)]) -> EnergyBudget {
    var order: [Part] = []
    var sums: [Part: (watts: Double, supply: Supply)] = [:]
    for (budget, share) in budgets {
      for entry in budget.entries {
        if sums[entry.part] == nil { order.append(entry.part) }
        sums[entry.part, default: (0, entry.supply)].watts += share * entry.watts
      }
    }
    order.sort { $0.order < $1.order }
    return EnergyBudget(
      entries: order.compactMap { part in
        sums[part].map { Entry(part: part, watts: $0.watts, supply: $0.supply) }
      },
      load: budgets.map(\.budget.load).max() ?? 0, inference: budgets.first?.budget.inference ?? 0,
      peak: budgets.map(\.budget.peak).max() ?? 0)
  }

  /// Watts of all parts, each at its own supply: average power.
  public var total: Double { entries.reduce(0) { $0 + $1.watts } }

  /// Watts of the parts that `isIncluded` picks.
  public func watts(where isIncluded: (Part) -> Bool) -> Double {
    entries.reduce(0) { $0 + (isIncluded($1.part) ? $1.watts : 0) }
  }

  /// Watts from sound to frames: microphone, bank, acquisition with its wake-ups, front end.
  public var acquisition: Double { watts(where: \.isAcquisition) }

  /// Watts of the network, its verifier and the detector.
  public var classification: Double { watts(where: \.isClassification) }

  /// Milliamperes that a battery of `volts` gives.
  public func batteryMilliamperes(volts: Double) -> Double {
    entries.reduce(0) { $0 + 1000 * $1.supply.batteryCurrent(watts: $1.watts, battery: volts) }
  }
}

extension EnergyBudget.Part: CustomStringConvertible {
  /// `microphone`, `filter bank`, ..., `layer 3`.
  public var description: String {
    switch self {
    case .microphone: "microphone"
    case .bank: "filter bank"
    case .acquire: "acquire"
    case .wake: "wake-ups"
    case .frontEnd: "front end"
    case .layer(let index): "layer \(index)"
    case .verifier: "verifier"
    case .detector: "detector"
    case .sleep: "sleep"
    case .application: "application"
    }
  }

  /// Whether it belongs to acquisition and preprocessing.
  public var isAcquisition: Bool {
    switch self {
    case .microphone, .bank, .acquire, .wake, .frontEnd: true
    default: false
    }
  }

  /// Whether it belongs to network and detector.
  public var isClassification: Bool {
    switch self {
    case .layer, .verifier, .detector: true
    default: false
    }
  }

  fileprivate var order: Int {
    switch self {
    case .microphone: 0
    case .bank: 1
    case .acquire: 2
    case .wake: 3
    case .frontEnd: 4
    case .layer(let index): 5 + index
    case .verifier: Int.max - 3
    case .detector: Int.max - 2
    case .sleep: Int.max - 1
    case .application: Int.max
    }
  }
}
