import Foundation
import Testing

@testable import DormouseEnergy

@Suite("Scenarios") struct ScenarioTests {
  static let minimal = #"""
    {"name": "n", "device": "d", "microphone": "m", "model": "x", "battery": "b",
     "duty": [{"sound": "noise", "hours": 20, "verified": 0.1}]}
    """#

  private func problem(_ old: String, _ new: String) -> String {
    let text = Self.minimal.replacingOccurrences(of: old, with: new)
    do {
      _ = try Scenario(json: Data(text.utf8), place: "s.json")
      return ""
    } catch { return error.description }
  }

  @Test(arguments: ProfileTests.files("scenarios")) func everyScenarioIsRead(file: String) throws {
    let scenario = try Scenario(json: ProfileTests.data("scenarios", file), place: file)
    #expect(scenario.duty.allSatisfy { $0.hours > 0 })
    for (kind, name) in [
      ("devices", scenario.device), ("microphones", scenario.microphone), ("batteries", scenario.battery),
    ] {
      #expect(ProfileTests.files(kind).contains(name + ".json"), "\(kind): \(name)")
    }
  }

  @Test func whatIsGivenIsToldFromWhatIsToBeMeasured() throws {
    let scenario = try Scenario(json: Data(Self.minimal.utf8), place: "s")
    #expect(scenario.clock == nil && scenario.bank == nil && !scenario.awake && scenario.buffers == nil)
    #expect(scenario.duty[0].given == ["verified"] && scenario.duty[0].rates.verified == 0.1)
  }

  @Test func mistakesAreSaidInOneLine() {
    #expect(problem("\"name\"", "\"nam\"") == "s.json: lacks 'name', a text")
    #expect(
      problem("\"verified\"", "\"verifed\"").hasPrefix(
        "s.json: duty 1: unknown field 'verifed'; known are sound, hours"))
    #expect(problem("20", "25").contains("hours is 25; it must be 0 to 24"))
    #expect(problem("20", "0") == "s.json: duty has 0 hours; a day has more than 0 and at most 24")
    #expect(problem("0.1}", "1.5}").contains("verified is 1.5; it must be 0 to 1"))
    #expect(problem("0.1}", "0.1, \"seconds\": 5}").contains("seconds needs a 'recording'"))
    #expect(problem("\"duty\": [", "\"awake\": 3, \"duty\": [").contains("awake must be true or false"))
    #expect(
      problem("20, \"verified\": 0.1}", "20}, {\"sound\": \"speech\", \"hours\": 5}").contains("has 25 hours"))
  }
}

@Suite("From counts to forecasts") struct ForecastTests {
  /// As many cycles as instructions, times one more than wait states.
  private static func plain(_ run: CountedRun, _ memory: FlashTiming) -> [Stage: Double] {
    let factor = Double(1 + memory.waitStates)
    return Dictionary(uniqueKeysWithValues: run.stages.map { ($0.stage, Double($0.instructions) * factor) })
  }

  private func run(_ stages: [(Stage, UInt64)], output: String, stopped: Bool = false) -> CountedRun {
    CountedRun(
      core: .cortexM4,
      stages: stages.map {
        StageCounts(
          stage: $0.0, occurrences: 4, instructions: $0.1, takenBranches: 0, loads: 0, stores: 0, flashReads: 0,
          flashLines: [0, 0, 0], flashMisses: 0)
      }, functions: [], blocks: [], stopped: stopped, total: stages.reduce(0) { $0 + $1.1 }, output: output,
      exitCode: 0)
  }

  private let memory = FlashTiming(waitStates: 0)
  private let shape = SpotterShape(hop: 0.02, stride: 8, layers: 2, verifierLayers: 1, imageLength: 5000, ram: 20)

  @Test func stagesAreSharedOutToFramesAndInferences() throws {
    let counted = try CountedSpotter(
      run(
        [
          (.start, 99), (.acquire, 77), (.frontEnd, 1000), (.layer(0), 400), (.layer(1), 800), (.layer(2), 4000),
          (.detector, 40), (.other, 5),
        ],
        output: "frames 10 hash 1\ninferences 4 hash 2\n"), memories: [memory, FlashTiming(waitStates: 1)],
      cycles: Self.plain)
    let work = shape.workload(counted, memory: memory, core: .cortexM4)
    #expect(work.frame == 100 + 24)
    #expect(work.layers == [100, 200])
    #expect(work.verifier == 1000 && work.detector == 10 && work.edge == 0)
    #expect(work.flashBytes.inference == 5000)
    #expect(shape.workload(counted, memory: FlashTiming(waitStates: 1), core: .cortexM4).layers == [200, 400])
    let again = try JSONDecoder().decode(CountedSpotter.self, from: JSONEncoder().encode(counted))
    #expect(shape.workload(again, memory: memory, core: .cortexM4) == work)
  }

  @Test func edgesCostWhatSilenceDoesNot() throws {
    let speech = try CountedSpotter(
      run([(.frontEnd, 5000)], output: "frames 10 hash 1\ninferences 1 hash 2\n"), memories: [memory],
      cycles: Self.plain)
    let silence = try CountedSpotter(
      run([(.frontEnd, 2000)], output: "frames 20 hash 1\ninferences 1 hash 2\n"), memories: [memory],
      cycles: Self.plain)
    let work = shape.workload(speech, silence: (silence, 40), memory: memory, core: .cortexM4)
    // 20 frames took 2000; 10 frames and 40 edges 5000.
    #expect(work.frame == 100)
    #expect(work.edge == 100 + 24)
  }

  @Test func aStoppedRunSaysWhatItSawAndAnUnfinishedOneFails() throws {
    let stopped = try CountedSpotter(
      run([(.layer(0), 400)], output: "", stopped: true), memories: [memory], cycles: Self.plain)
    #expect(stopped.stopped && stopped.inferences == 4)
    #expect(throws: PowerError("the firmware did not finish; its last words: error: no")) {
      try CountedSpotter(run([], output: "error: no\n"), memories: [memory], cycles: Self.plain)
    }
  }

  private func setting(_ device: DeviceProfile, _ microphone: Microphone, _ duty: [(hours: Double, rates: Rates)])
    throws
    -> Forecast.Setting
  {
    let text = #"""
      {"name": "b", "note": "x", "volts": 2, "capacity_mah": F(240), "self_discharge_percent": F(0),
       "greatest_ma": F(15)}
      """#
    return Forecast.Setting(
      device: device, parts: .samples(microphone, awake: false),
      battery: try Battery(json: EnergyTests.filled(text), place: "b"), duty: duty)
  }

  @Test func theClockOfLeastPowerThatLosesNothingIsTaken() throws {
    let energy = try EnergyTests()
    let forecast = try Forecast(setting(energy.round, energy.microphone, [(24, Rates())]), clock: nil) { _ in
      energy.work
    }
    // At 1 MHz sound is lost; 20 MHz spreads the base current over fewer microseconds than 10 MHz.
    #expect(forecast.clock == 20)
    #expect(forecast.clocks.map { $0.missed > 0 } == [true, false, false])
    let asked = try Forecast(setting(energy.round, energy.microphone, [(24, Rates())]), clock: 10) { _ in energy.work }
    #expect(asked.clock == 10 && asked.budget.total > forecast.budget.total)
    // At 2 V the linear core and the switching microphone give mA; 240 mAh last as long.
    #expect(abs(asked.days - 240 / asked.batteryMilliamperes / 24) < 1e-9)
  }

  @Test func noClockThatKeepsUpIsAnErrorThatSaysSo() throws {
    let energy = try EnergyTests()
    let heavy = Workload(hop: 0.02, stride: 1, frame: 20_000, layers: [2_000_000], detector: 0, ram: 20)
    #expect {
      _ = try Forecast(try setting(energy.round, energy.microphone, [(24, Rates())]), clock: nil) { _ in heavy }
    } throws: {
      "\($0)".hasPrefix("Round: can't keep up, even at 20 MHz the core would have to run 505 % of the time")
    }
  }

  @Test func aDayIsTheMeanOfItsHoursAndEqualSeedsGiveEqualSpreads() throws {
    let energy = try EnergyTests()
    let day = [(hours: 6.0, rates: Rates(verified: 1)), (hours: 18.0, rates: Rates())]
    let one = try Forecast(setting(energy.round, energy.microphone, day), clock: 20, seed: 3) { _ in energy.work }
    let mean = 0.25 * one.stretches[0].total + 0.75 * one.stretches[1].total
    #expect(abs(one.budget.total - mean) < 1e-12)
    let same = try Forecast(setting(energy.round, energy.microphone, day), clock: 20, seed: 3) { _ in energy.work }
    let other = try Forecast(setting(energy.round, energy.microphone, day), clock: 20, seed: 4) { _ in energy.work }
    #expect(one.daysSpread == same.daysSpread && one.daysSpread != other.daysSpread)
    #expect(one.daysSpread.low < one.daysSpread.high)
    #expect(one.powerSpread.low < one.budget.total && one.budget.total < one.powerSpread.high)
  }
}
