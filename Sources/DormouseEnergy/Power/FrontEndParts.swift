/// What stands between sound and the microcontroller.
public enum FrontEndParts: Sendable, Equatable {
  /// A microphone whose samples come by DMA. `awake`: the core runs all the time, as firmware does that copies samples.
  case samples(Microphone, awake: Bool)
  /// An analog microphone and a bank of filters.
  case bank(Microphone, AnalogBank)

  /// The microphone of either.
  public var microphone: Microphone {
    switch self {
    case .samples(let microphone, _), .bank(let microphone, _): microphone
    }
  }

  /// How it reaches the microcontroller.
  public var interface: DeviceProfile.Interface {
    switch self {
    case .samples(let microphone, _): microphone.kind == .pdm ? .pdm : .adc
    case .bank: .edges
    }
  }
}

/// A bank of analog filters: how many parts of which kind.
public struct AnalogBank: Sendable, Equatable {
  /// The parts.
  public let parts: AnalogParts
  /// Channels.
  public let channels: Int
  /// Amplifiers of all channels.
  public let amplifiers: Int
  /// Comparators of all channels.
  public let comparators: Int
  /// Microamperes that the comparators' reference dividers take from the supply.
  public let dividers: Double

  /// All counts are of the whole bank.
  public init(parts: AnalogParts, channels: Int, amplifiers: Int, comparators: Int, dividers: Double) {
    self.parts = parts
    self.channels = channels
    self.amplifiers = amplifiers
    self.comparators = comparators
    self.dividers = dividers
  }
}
