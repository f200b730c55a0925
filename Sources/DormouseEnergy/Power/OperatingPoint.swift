/// A device and its front end at one clock, in watts and joules: every figure's range resolved to one value.
public struct OperatingPoint: Sendable, Equatable {
  /// Megahertz.
  public let clock: Double
  /// Of the microcontroller.
  public let supply: Supply
  /// Watts of a running core.
  public let active: Double
  /// Watts while samples or edges arrive and the core is stopped.
  public let acquiring: Double
  /// Joules of a wake-up from there.
  public let wake: Double
  /// Seconds of a wake-up from there.
  public let wakeTime: Double
  /// Watts while the microphone waits for sound by itself.
  public let asleep: Double
  /// Joules that a byte read from flash adds.
  public let flashRead: Double
  /// Watts of the microphone: listening, and waiting for sound.
  public let microphone: (listening: Double, waiting: Double)
  /// Of the microphone.
  public let microphoneSupply: Supply
  /// Watts of the analog filter bank; 0 without one.
  public let bank: Double
  /// Of the bank; the microphone's where there is none.
  public let bankSupply: Supply
  /// Milliamperes that the microcontroller takes at most.
  public var peak: Double { 1000 * active / supply.volts }

  /// Resolves a device and what is before it.
  ///
  /// - Parameters:
  ///   - device: its figures.
  ///   - clock: megahertz, one of the device's.
  ///   - parts: microphone and bank.
  ///   - ram: kilobytes that must be kept while asleep.
  ///   - picker: which value of every figure's range.
  /// - Throws: that the device has no such clock, or no state that takes this front end.
  public init<Picker: FigurePicker>(
    _ device: DeviceProfile, clock: Double, parts: FrontEndParts, ram: Double, _ picker: inout Picker
  ) throws(PowerError) {
    self.clock = try device.checked(clock: clock)
    guard let range = device.range(at: clock) else { throw PowerError("\(device.name): no range has \(clock) MHz") }
    let volts = device.supply.volts
    supply = device.supply
    active = (picker.pick(range.base) + picker.pick(range.perMegahertz) * clock) * 1e-3 * volts
    let state = try device.acquiring(by: parts.interface)
    guard state.ramKilobytes >= ram else {
      throw PowerError(
        "\(device.name): keeps \(Int(state.ramKilobytes)) KB of RAM while it listens; the model needs \(Int(ram.rounded(.up)))"
      )
    }
    let idle = picker.pick(state.current) * 1e-6 * volts
    wakeTime = picker.pick(state.wakeTime) * 1e-6
    wake = picker.pick(state.wakeCharge) * 1e-9 * volts
    asleep = try picker.pick(device.sleep(keeping: ram).current) * 1e-6 * volts
    flashRead = picker.pick(device.flashRead) * 1e-12
    let ear = parts.microphone
    microphoneSupply = ear.supply
    let listening = picker.pick(ear.current) * 1e-6 * ear.supply.volts
    microphone = (listening, ear.wakeCurrent.map { picker.pick($0) * 1e-6 * ear.supply.volts } ?? listening)
    switch parts {
    case .samples(_, let awake):
      acquiring = awake ? active : idle
      bank = 0
      bankSupply = ear.supply
    case .bank(_, let filters):
      acquiring = idle
      let amplifiers = Double(filters.amplifiers) * picker.pick(filters.parts.amplifier)
      let comparators = Double(filters.comparators) * picker.pick(filters.parts.comparator)
      bank = (amplifiers + comparators + filters.dividers) * 1e-6 * filters.parts.supply.volts
      bankSupply = filters.parts.supply
    }
  }

  /// Equal in every value.
  public static func == (first: OperatingPoint, second: OperatingPoint) -> Bool {
    first.clock == second.clock && first.supply == second.supply && first.active == second.active
      && first.acquiring == second.acquiring && first.wake == second.wake && first.wakeTime == second.wakeTime
      && first.asleep == second.asleep && first.flashRead == second.flashRead
      && first.microphone == second.microphone && first.bank == second.bank
  }
}
