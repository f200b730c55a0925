import Foundation

/// What a scenario comes to: power, shares, clocks, battery life, and how far they may be off.
public struct Forecast: Sendable {
  /// What is given to every clock and draw alike.
  public struct Setting: Sendable {
    /// The device.
    public let device: DeviceProfile
    /// What is before it.
    public let parts: FrontEndParts
    /// The battery.
    public let battery: Battery
    /// Hours of a day and rates, of every stretch.
    public let duty: [(hours: Double, rates: Rates)]
    /// Joules of the application on a detection.
    public let application: Double
    /// Hops of samples that fit into RAM; nil for a stride's.
    public let buffers: Int?

    /// All values in the units of the properties.
    public init(
      device: DeviceProfile, parts: FrontEndParts, battery: Battery, duty: [(hours: Double, rates: Rates)],
      application: Double = 0, buffers: Int? = nil
    ) {
      self.device = device
      self.parts = parts
      self.battery = battery
      self.duty = duty
      self.application = application
      self.buffers = buffers
    }
  }

  /// Megahertz that were reckoned with.
  public let clock: Double
  /// Cycles at that clock.
  public let work: Workload
  /// Power by part, the mean over the day.
  public let budget: EnergyBudget
  /// Power by part in every stretch of the day.
  public let stretches: [EnergyBudget]
  /// Every clock of the device.
  public let clocks: [ClockSearch.Choice]
  /// Days that the battery lasts, by typical figures.
  public let days: Double
  /// Days, over random figures; a tenth of them is below, and a tenth above.
  public let daysSpread: Spread
  /// Watts, the same.
  public let powerSpread: Spread
  /// Milliamperes that the battery gives on average.
  public let batteryMilliamperes: Double

  /// - Parameters:
  ///   - setting: device, parts, battery, duty.
  ///   - clock: megahertz; nil for the one that takes the least and loses no sound.
  ///   - draws: of random figures.
  ///   - seed: of the draws; equal seeds give equal spreads.
  ///   - work: cycles, by how long flash keeps the core waiting.
  /// - Throws: that no clock keeps up, or what the device can't do.
  public init(
    _ setting: Setting, clock: Double?, draws: Int = 200, seed: UInt64 = 1, work: (FlashTiming) -> Workload
  ) throws(PowerError) {
    let device = setting.device
    var choices: [ClockSearch.Choice] = []
    var typical = Typical()
    for candidate in device.clocks {
      let work = work(device.flash(at: candidate))
      let mean = try Forecast.mean(setting, work, candidate, &typical)
      let missed = Deadlines.missed(
        work, clock: candidate, buffers: setting.buffers ?? max(work.stride, 2), verifying: work.verifier > 0)
      choices.append(
        ClockSearch.Choice(clock: candidate, watts: mean.budget.total, load: mean.budget.load, missed: missed))
    }
    clocks = choices
    if let clock {
      self.clock = try device.checked(clock: clock)
    } else if let best = ClockSearch.best(choices) {
      self.clock = best.clock
    } else {
      let fastest = choices.max { $0.clock < $1.clock } ?? choices[0]
      throw PowerError(
        String(
          format:
            "%@: can't keep up, even at %g MHz the core would have to run %.0f %% of the time and %.0f %% of the sound "
            + "is lost; choose a smaller model or a faster device", device.name, fastest.clock, 100 * fastest.load,
          100 * fastest.missed))
    }
    self.work = work(device.flash(at: self.clock))
    let mean = try Forecast.mean(setting, self.work, self.clock, &typical)
    budget = mean.budget
    stretches = mean.stretches
    batteryMilliamperes = budget.batteryMilliamperes(volts: setting.battery.volts)
    days = setting.battery.days(at: batteryMilliamperes, &typical)
    var random = RandomFigures(seed: seed)
    var drawnDays: [Double] = []
    var drawnWatts: [Double] = []
    for _ in 0..<max(draws, 1) {
      let drawn = try Forecast.mean(setting, self.work, self.clock, &random).budget
      drawnWatts.append(drawn.total)
      let current = drawn.batteryMilliamperes(volts: setting.battery.volts)
      drawnDays.append(setting.battery.days(at: current, &random))
    }
    daysSpread = Spread(drawnDays)
    powerSpread = Spread(drawnWatts)
  }

  /// One draw of the figures, for all stretches of the day.
  private static func mean<Picker: FigurePicker>(
    _ setting: Setting, _ work: Workload, _ clock: Double, _ picker: inout Picker
  ) throws(PowerError) -> (budget: EnergyBudget, stretches: [EnergyBudget]) {
    let point = try OperatingPoint(setting.device, clock: clock, parts: setting.parts, ram: work.ram, &picker)
    let stretches = setting.duty.map {
      EnergyBudget(work, at: point, rates: $0.rates, application: setting.application)
    }
    let hours = setting.duty.reduce(0) { $0 + $1.hours }
    let weighed = zip(stretches, setting.duty).map { (budget: $0, share: $1.hours / hours) }
    return (EnergyBudget.mean(weighed), stretches)
  }
}
