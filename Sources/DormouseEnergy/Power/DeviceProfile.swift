import Foundation

/// What supplies a part.
public struct Supply: Sendable, Codable, Equatable {
  /// How the battery's voltage becomes the part's.
  public enum Regulator: String, Sendable, Codable, CaseIterable {
    /// The battery gives the current that the part takes; the rest of its voltage is lost.
    case linear
    /// The battery gives the power that the part takes. Losses are in the part's own figures.
    case switching
  }

  /// Volts at which the part's currents hold.
  public let volts: Double
  /// How they are made.
  public let regulator: Regulator

  init(_ fields: Fields) throws(PowerError) {
    volts = try fields.number("volts", 0.5...6)
    regulator = try fields.choice("regulator", Regulator.self)
  }

  /// - Parameters:
  ///   - volts: at which currents hold.
  ///   - regulator: how they are made.
  public init(volts: Double, regulator: Regulator) {
    self.volts = volts
    self.regulator = regulator
  }

  /// Amperes that a battery of `battery` volts gives for `watts` of the part.
  public func batteryCurrent(watts: Double, battery: Double) -> Double {
    regulator == .linear ? watts / volts : watts / battery
  }
}

/// A state in which the core is stopped.
public struct IdleState: Sendable, Codable, Equatable {
  /// What runs in it, for people.
  public let state: String
  /// Kilobytes of RAM that keep their content.
  public let ramKilobytes: Double
  /// Microamperes.
  public let current: Figure
  /// Microseconds until the core runs again.
  public let wakeTime: Figure
  /// Nanocoulombs that a wake-up takes.
  public let wakeCharge: Figure

  init(_ fields: Fields) throws(PowerError) {
    state = try fields.text("state")
    ramKilobytes = try fields.number("ram_kb", 1...1e6)
    current = try fields.figure("current_ua")
    wakeTime = try fields.figure("wake_us")
    wakeCharge = try fields.figure("wake_nc")
  }
}

/// The power figures of a microcontroller, each with its source: what `power/devices/NAME.json` holds.
public struct DeviceProfile: Sendable, Equatable {
  /// Clocks at one core voltage.
  public struct Range: Sendable, Equatable {
    /// For people.
    public let name: String
    /// Megahertz: lowest and highest.
    public let clocks: ClosedRange<Double>
    /// Milliamperes of a running core, without what the clock adds.
    public let base: Figure
    /// Milliamperes that a megahertz adds.
    public let perMegahertz: Figure
    /// Wait states of flash up to a clock in megahertz, rising.
    public let waitStates: [(clock: Double, states: Int)]

    /// Equal in every figure.
    public static func == (first: Range, second: Range) -> Bool {
      first.name == second.name && first.clocks == second.clocks && first.base == second.base
        && first.perMegahertz == second.perMegahertz
        && first.waitStates.elementsEqual(second.waitStates, by: ==)
    }
  }

  /// How samples or edges arrive.
  public enum Interface: String, Sendable, Codable, CaseIterable {
    /// Bits of a digital microphone, by DMA.
    case pdm
    /// An analog microphone at the converter, by DMA.
    case adc
    /// Edges of comparators at pins.
    case edges
  }

  /// Such as "STM32L476".
  public let name: String
  /// Who makes it.
  public let maker: String
  /// What to know about it.
  public let note: String
  /// Whose timing table applies.
  public let core: Core
  /// The board of `firmware/boards` whose firmware runs on this core.
  public let board: String
  /// Of the microcontroller.
  public let supply: Supply
  /// Megahertz that may be chosen, rising.
  public let clocks: [Double]
  /// By core voltage, rising.
  public let ranges: [Range]
  /// Wait states are those of the range at the clock.
  public let cache: Bool
  /// Whether the next line of flash is fetched ahead.
  public let prefetch: Bool
  /// Bytes that one read of flash gives.
  public let lineBytes: Int
  /// Picojoules that a byte read from flash adds; 0 where the running current holds it.
  public let flashRead: Figure
  /// States in which nothing but a clock runs, by RAM kept, rising.
  public let sleep: [IdleState]
  /// States in which samples arrive while the core is stopped.
  public let acquire: [Interface: IdleState]
  private let figures: [Figure]

  /// Reads a profile.
  ///
  /// - Parameters:
  ///   - json: the file's bytes.
  ///   - place: what errors call it.
  public init(json: Data, place: String) throws(PowerError) {
    self = try Fields(json: json, place: place).whole { fields throws(PowerError) in try DeviceProfile(fields) }
  }

  private init(_ fields: Fields) throws(PowerError) {
    name = try fields.text("name")
    maker = try fields.text("maker")
    core = try fields.choice("core", Core.self)
    board = try fields.text("board")
    note = try fields.text("note")
    supply = try fields.object("supply") { fields throws(PowerError) in try Supply(fields) }
    clocks = try fields.numbers("clocks_mhz", 0.03...2000).sorted()
    ranges = try fields.objects("ranges") { fields throws(PowerError) in
      let low = try fields.number("from_mhz", 0.03...2000)
      let high = try fields.number("to_mhz", low...2000)
      let states = try fields.objects("wait_states") { fields throws(PowerError) in
        (clock: try fields.number("to_mhz", 0.03...2000), states: Int(try fields.number("states", 0...63)))
      }
      _ = try fields.text("wait_states_source")
      guard let last = states.last, last.clock >= high else { throw fields.problem("wait_states", "end below to_mhz") }
      return Range(
        name: try fields.text("name"), clocks: low...high, base: try fields.figure("base_ma"),
        perMegahertz: try fields.figure("per_mhz_ma"), waitStates: states)
    }
    (cache, prefetch, lineBytes, flashRead) = try fields.object("flash") { fields throws(PowerError) in
      (
        try fields.flag("cache"), try fields.flag("prefetch"), Int(try fields.number("line_bytes", 4...64)),
        try fields.figure("read_pj_per_byte")
      )
    }
    sleep = try fields.objects("sleep") { fields throws(PowerError) in try IdleState(fields) }
    acquire = try fields.object("acquire") { fields throws(PowerError) in
      var states: [Interface: IdleState] = [:]
      for interface in Interface.allCases where fields.has(interface.rawValue) {
        states[interface] = try fields.object(interface.rawValue) { fields throws(PowerError) in try IdleState(fields) }
      }
      return states
    }
    let idle = sleep + Interface.allCases.compactMap { [acquire] in acquire[$0] }
    figures =
      ranges.flatMap { [$0.base, $0.perMegahertz] } + [flashRead]
      + idle.flatMap { [$0.current, $0.wakeTime, $0.wakeCharge] }
    for clock in clocks where range(at: clock) == nil {
      throw fields.problem("clocks_mhz", "has \(DeviceProfile.text(clock)), which is in no range")
    }
  }

  /// How many of its figures are of each basis.
  public var bases: [Figure.Basis: Int] { figures.reduce(into: [:]) { $0[$1.basis, default: 0] += 1 } }

  /// The range that takes the least at `clock` megahertz; nil if none reaches it.
  public func range(at clock: Double) -> Range? { ranges.first { $0.clocks.contains(clock) } }

  /// The clock that was asked for.
  ///
  /// - Throws: that the device has no such clock, and which it has.
  public func checked(clock: Double) throws(PowerError) -> Double {
    if clocks.contains(clock) { return clock }
    let all = clocks.map(DeviceProfile.text).joined(separator: ", ")
    throw PowerError("\(name): has no clock of \(DeviceProfile.text(clock)) MHz; choose one of \(all)")
  }

  /// How long flash keeps the core waiting at `clock` megahertz.
  public func flash(at clock: Double) -> FlashTiming {
    let states = range(at: clock)?.waitStates.first { clock <= $0.clock }?.states ?? 0
    return FlashTiming(waitStates: states, cache: cache, prefetch: prefetch, lineBytes: lineBytes)
  }

  /// The state to sleep in that keeps `ram` kilobytes.
  ///
  /// - Throws: that none keeps so much.
  public func sleep(keeping ram: Double) throws(PowerError) -> IdleState {
    let enough = sleep.filter { $0.ramKilobytes >= ram }
    guard let state = enough.min(by: { $0.current.typical < $1.current.typical }) else {
      throw PowerError("\(name): keeps less than \(DeviceProfile.text(ram)) KB of RAM asleep; use a smaller model")
    }
    return state
  }

  /// The state in which samples or edges arrive.
  ///
  /// - Throws: that the profile has none.
  public func acquiring(by interface: Interface) throws(PowerError) -> IdleState {
    guard let state = acquire[interface] else {
      throw PowerError("\(name): the profile does not say how it takes \(interface.rawValue); use another microphone")
    }
    return state
  }

  private static func text(_ number: Double) -> String { String(format: "%g", number) }
}
