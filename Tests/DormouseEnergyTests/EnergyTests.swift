import Foundation
import Testing

@testable import DormouseEnergy

@Suite("Energy of a second of sound") struct EnergyTests {
  /// 10 mA at 2 V and 10 MHz, 1 mA while samples arrive, 0.1 mA asleep: powers of ten to reckon with by hand.
  static let device = #"""
    {"name": "Round", "maker": "nobody", "core": "cortex-m4", "board": "mps2-an386", "note": "for tests",
     "supply": {"volts": 2, "regulator": "linear"}, "clocks_mhz": [1, 10, 20],
     "ranges": [{"name": "all", "from_mhz": 1, "to_mhz": 20, "wait_states": [{"to_mhz": 20, "states": 1}],
       "wait_states_source": "made up", "base_ma": F(2), "per_mhz_ma": F(0.8)}],
     "flash": {"cache": false, "line_bytes": 8, "read_pj_per_byte": F(100)},
     "sleep": [{"state": "asleep", "ram_kb": 64, "current_ua": F(100), "wake_us": F(10), "wake_nc": F(50)}],
     "acquire": {"pdm": {"state": "DMA", "ram_kb": 64, "current_ua": G, "wake_us": F(1), "wake_nc": F(5)},
       "edges": {"state": "pins", "ram_kb": 64, "current_ua": F(50), "wake_us": F(10), "wake_nc": F(50)}}}
    """#

  static func filled(_ text: String) -> Data {
    var text = text.replacingOccurrences(
      of: #"F\(([0-9.]+)\)"#, with: #"{"typ": $1, "basis": "estimate", "source": "made up"}"#,
      options: .regularExpression)
    text = text.replacingOccurrences(
      of: "current_ua\": G",
      with: #"current_ua": {"min": 500, "typ": 1000, "max": 3000, "basis": "estimate", "source": "made up"}"#)
    return Data(text.utf8)
  }

  let round: DeviceProfile
  let microphone: Microphone
  let analog: Microphone
  let parts: AnalogParts

  init() throws {
    round = try DeviceProfile(json: Self.filled(Self.device), place: "round")
    func ear(_ kind: String, _ current: String) throws -> Microphone {
      let text = #"""
        {"name": "ear", "note": "x", "interface": "\#(kind)", "supply": {"volts": 1, "regulator": "switching"},
         "current_ua": \#(current), "wake_current_ua": F(10)}
        """#
      return try Microphone(json: Self.filled(text), place: "ear")
    }
    microphone = try ear("pdm", "F(200)")
    analog = try ear("analog", "F(20)")
    parts = try AnalogParts(
      json: Self.filled(
        #"{"name": "p", "note": "x", "supply": {"volts": 2, "regulator": "linear"}, "amplifier_ua": F(3), "comparator_ua": F(1)}"#
      ), place: "parts")
  }

  /// 50 frames a second of 20,000 cycles, and 5 inferences of 100,000 + 300,000 + 20,000 cycles.
  let work = Workload(
    hop: 0.02, stride: 10, frame: 20_000, layers: [100_000, 300_000], verifier: 1_000_000, detector: 20_000, ram: 20)

  private func point(_ clock: Double, _ parts: FrontEndParts) throws -> OperatingPoint {
    var typical = Typical()
    return try OperatingPoint(round, clock: clock, parts: parts, ram: 20, &typical)
  }

  private func near(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) <= 1e-9 * max(1e-6, expected) }

  @Test func aSampledSecondIsWhatItIsByHand() throws {
    let point = try point(10, .samples(microphone, awake: false))
    // (2 mA + 0.8 mA * 10) * 2 V
    #expect(near(point.active, 20e-3))
    let budget = EnergyBudget(work, at: point, rates: Rates())
    // 1,000,000 + 2,100,000 cycles of 10,000,000.
    #expect(near(budget.load, 0.31))
    let watts = Dictionary(uniqueKeysWithValues: budget.entries.map { ($0.part, $0.watts) })
    #expect(near(watts[.microphone]!, 200e-6))
    #expect(near(watts[.acquire]!, 0.69 * 2e-3))
    // 50 wake-ups of 5 nC at 2 V.
    #expect(near(watts[.wake]!, 0.5e-6))
    #expect(near(watts[.frontEnd]!, 0.1 * 20e-3))
    #expect(near(watts[.layer(0)]!, 0.05 * 20e-3))
    #expect(near(watts[.layer(1)]!, 0.15 * 20e-3))
    #expect(near(watts[.detector]!, 0.01 * 20e-3))
    #expect(watts[.verifier] == nil && watts[.sleep] == nil && watts[.bank] == nil)
    #expect(near(budget.total, 200e-6 + 1.38e-3 + 0.5e-6 + 6.2e-3))
    #expect(near(budget.acquisition, 200e-6 + 1.38e-3 + 0.5e-6 + 2e-3))
    #expect(near(budget.classification, 4.2e-3))
    // 420,000 cycles of 2 nJ.
    #expect(near(budget.inference, 0.84e-3))
    #expect(near(budget.peak, 10))
    // The linear 2 V part takes its own current, the switching 1 V part its power at 4 V.
    #expect(near(budget.batteryMilliamperes(volts: 4), (1.38e-3 + 0.5e-6 + 6.2e-3) / 2 * 1000 + 200e-6 / 4 * 1000))
  }

  @Test func aVerifiedShareCostsItsShareOfTheVerifier() throws {
    let point = try point(20, .samples(microphone, awake: false))
    let plain = EnergyBudget(work, at: point, rates: Rates())
    let some = EnergyBudget(work, at: point, rates: Rates(verified: 0.1))
    // A tenth of 5 inferences of 1,000,000 cycles at (2 + 16) mA * 2 V and 20 MHz, and so much less idling.
    #expect(near(some.watts { $0 == .verifier }, 500_000 * 36e-3 / 20e6))
    #expect(near(some.load - plain.load, 0.025))
    #expect(near(some.total - plain.total, 0.9e-3 - 0.025 * 2e-3))
  }

  @Test func flashReadsAddToTheFrontEndAndTheLayersThatRead() throws {
    let reading = Workload(
      hop: 0.02, stride: 10, frame: 20_000, layers: [100_000, 300_000], detector: 20_000,
      flashBytes: .init(frame: 1000, inference: 40_000), ram: 20)
    let point = try point(10, .samples(microphone, awake: false))
    let with = EnergyBudget(reading, at: point, rates: Rates())
    let without = EnergyBudget(work, at: point, rates: Rates())
    #expect(near(with.watts { $0 == .frontEnd } - without.watts { $0 == .frontEnd }, 50 * 1000 * 100e-12))
    // 5 * 40,000 bytes * 100 pJ, by cycles: a quarter to the first layer.
    #expect(near(with.watts { $0 == .layer(0) } - without.watts { $0 == .layer(0) }, 5e-6))
    #expect(near(with.inference - without.inference, 4e-6))
  }

  @Test func behindABankTheCoreSleepsBetweenEdges() throws {
    let edges = Workload(hop: 0.01, stride: 10, frame: 500, edge: 200, layers: [400_000], detector: 0, ram: 20)
    let bank = AnalogBank(parts: parts, channels: 8, amplifiers: 24, comparators: 8, dividers: 4)
    let point = try point(10, .bank(analog, bank))
    // (24 * 3 + 8 * 1 + 4) uA * 2 V
    #expect(near(point.bank, 168e-6))
    let silence = EnergyBudget(edges, at: point, rates: Rates(inferring: 0))
    #expect(near(silence.total, 20e-6 + 168e-6 + 50e-6 * 2))
    let speech = EnergyBudget(edges, at: point, rates: Rates(inferring: 0.5, edges: 300))
    let watts = Dictionary(uniqueKeysWithValues: speech.entries.map { ($0.part, $0.watts) })
    #expect(near(watts[.wake]!, 300 * 100e-9))
    // 50 frames of 500 cycles, 300 edges of 200, at 2 nJ.
    #expect(near(watts[.frontEnd]!, (25_000 + 60_000) * 2e-9))
    #expect(near(watts[.layer(0)]!, 5 * 400_000 * 2e-9))
    #expect(near(watts[.microphone]!, 20e-6) && watts[.bank]! == point.bank)
  }

  @Test func whatSoundWakesSleepsUntilThen() throws {
    let point = try point(10, .samples(microphone, awake: false))
    let budget = EnergyBudget(work, at: point, rates: Rates(listening: 0.25, detections: 0.01), application: 0.02)
    #expect(near(budget.watts { $0 == .microphone }, 0.25 * 200e-6 + 0.75 * 10e-6))
    #expect(near(budget.load, 0.31 / 4))
    #expect(near(budget.watts { $0 == .sleep }, (1 - 0.31 / 4) * 0.75 * 200e-6))
    #expect(near(budget.watts { $0 == .application }, 0.2e-3))
  }

  @Test func firmwareThatCopiesSamplesNeverRests() throws {
    let point = try point(10, .samples(microphone, awake: true))
    let budget = EnergyBudget(work, at: point, rates: Rates())
    #expect(near(budget.total, 20e-3 + 200e-6 + 0.5e-6))
  }

  @Test func aCoreThatCannotKeepUpTakesWhatARunningCoreTakes() throws {
    let budget = EnergyBudget(work, at: try point(1, .samples(microphone, awake: false)), rates: Rates())
    #expect(near(budget.load, 3.1))
    #expect(near(budget.watts(where: \.isClassification) + budget.watts { $0 == .frontEnd }, 5.6e-3))
    #expect(budget.watts { $0 == .acquire } == 0)
  }

  @Test func meansWeighEveryPart() throws {
    let point = try point(10, .samples(microphone, awake: false))
    let one = EnergyBudget(work, at: point, rates: Rates())
    let other = EnergyBudget(work, at: point, rates: Rates(verified: 1))
    let mean = EnergyBudget.mean([(one, 0.75), (other, 0.25)])
    #expect(near(mean.total, 0.75 * one.total + 0.25 * other.total))
    #expect(near(mean.watts { $0 == .verifier }, 0.25 * other.watts { $0 == .verifier }))
    #expect(mean.entries.map(\.part) == other.entries.map(\.part))
  }

  @Test func hopsAreLostWhereAnInferenceTakesLongerThanTheBuffers() {
    // At 10 MHz a frame takes 2 ms, an inference 42 ms, a hop 20 ms: with 10 buffers all is well.
    #expect(Deadlines.missed(work, clock: 10, buffers: 10, verifying: false) == 0)
    // One buffer is full while the inference runs.
    #expect(Deadlines.missed(work, clock: 10, buffers: 1, verifying: false) > 0)
    // At 1 MHz a frame takes 20 ms, the whole hop, and an inference 420 ms: most of the sound is lost.
    #expect(Deadlines.missed(work, clock: 1, buffers: 10, verifying: false) > 0.4)
    // Verified, an inference takes 142 ms.
    #expect(Deadlines.missed(work, clock: 10, buffers: 4, verifying: false) == 0)
    #expect(Deadlines.missed(work, clock: 10, buffers: 4, verifying: true) > 0)
  }

  @Test func theBestClockLosesNothing() {
    let choices = [
      ClockSearch.Choice(clock: 1, watts: 0.1, load: 3, missed: 0.5),
      ClockSearch.Choice(clock: 10, watts: 0.3, load: 0.3, missed: 0),
      ClockSearch.Choice(clock: 20, watts: 0.2, load: 0.2, missed: 0),
    ]
    #expect(ClockSearch.best(choices)?.clock == 20)
    #expect(ClockSearch.best(Array(choices.prefix(1))) == nil)
  }

  @Test func aFigureIsPickedFromItsRangeAndEqualSeedsPickEqually() throws {
    let figure = Figure(minimum: 1, typical: 2, maximum: 6)
    #expect(figure.value(at: 0) == 1 && figure.value(at: 0.5) == 2 && figure.value(at: 0.75) == 4)
    var one = RandomFigures(seed: 7)
    var other = RandomFigures(seed: 7)
    let drawn = (0..<1000).map { _ in one.pick(figure) }
    #expect(drawn == (0..<1000).map { _ in other.pick(figure) })
    #expect(drawn.allSatisfy { (1...6).contains($0) })
    #expect(abs(Double(drawn.filter { $0 < 2 }.count) - 500) < 60)
    let spread = Spread((0...100).map(Double.init))
    #expect(spread.low == 10 && spread.median == 50 && spread.high == 90)
    var smallest = Extreme(greatest: false)
    let low = try OperatingPoint(round, clock: 10, parts: .samples(microphone, awake: false), ram: 20, &smallest)
    #expect(near(low.acquiring, 1e-3))
  }

  @Test func aModelThatNeedsMoreRAMThanIsKeptIsRefused() {
    var typical = Typical()
    #expect(throws: PowerError("Round: keeps 64 KB of RAM while it listens; the model needs 100")) {
      try OperatingPoint(round, clock: 10, parts: .samples(microphone, awake: false), ram: 99.5, &typical)
    }
    #expect(throws: PowerError("Round: the profile does not say how it takes adc; use another microphone")) {
      try OperatingPoint(round, clock: 10, parts: .samples(analog, awake: false), ram: 1, &typical)
    }
  }
}

@Suite("Batteries") struct BatteryTests {
  private func battery(_ loss: String) throws -> Battery {
    let text = #"""
      {"name": "b", "note": "x", "volts": 3, "capacity_mah": F(240), "self_discharge_percent": \#(loss),
       "greatest_ma": F(15)}
      """#
    return try Battery(json: EnergyTests.filled(text), place: "b")
  }

  @Test func withoutSelfDischargeItIsCapacityOverCurrent() throws {
    var typical = Typical()
    #expect(try battery("F(0)").days(at: 1, &typical) == 10)
  }

  @Test func selfDischargeShortensALongLife() throws {
    var typical = Typical()
    // Half is lost a year: k = ln 2 / a. At 240 mAh / 8766 h = 27.4 uA, life is ln(1 + ln 2) / ln 2 = 0.75971 years.
    let days = try battery("F(50)").days(at: 240 / 8766.0, &typical)
    #expect(abs(days / 365.25 - 0.759708) < 1e-5)
    #expect(abs(try battery("F(1)").days(at: 1, &typical) / 10 - 1) < 2e-4)
  }

  @Test func moreThanAllCannotBeLost() {
    #expect(throws: PowerError("b: self_discharge_percent must be below 100")) { try battery("F(100)") }
  }
}
