import DormouseModel
import Foundation

/// The analog board, by its components: one channel of filter, rectifier, envelope and comparator a frequency.
///
/// Ohms, farads, volts and hertz throughout. What the components amount to is said by `settings`.
public struct AnalogBoard: Codable, Equatable, Sendable {
  /// One channel.
  public struct Channel: Codable, Equatable, Sendable {
    /// R of the generalised-impedance-converter filter: its centre is `1 / (2 pi R C)`.
    public var filterResistor: Double
    /// C of the filter.
    public var filterCapacitor: Double
    /// RQ of the filter: `Q = RQ / R`.
    public var qualityResistor: Double
    /// R4, into the rectifier.
    public var inputResistor: Double
    /// R5, around it: its gain is `R5 / R4`.
    public var feedbackResistor: Double
    /// R7, from the supply to the comparator's reference.
    public var dividerTop: Double
    /// R8, from there to ground.
    public var dividerBottom: Double
    /// Volts that the comparator's threshold is off; 0 unless a random board was drawn.
    public var offset: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case filterResistor = "filter_ohm"
      case filterCapacitor = "filter_farad"
      case qualityResistor = "quality_ohm"
      case inputResistor = "input_ohm"
      case feedbackResistor = "feedback_ohm"
      case dividerTop = "divider_top_ohm"
      case dividerBottom = "divider_bottom_ohm"
      case offset = "offset_v"
    }

    /// Centre frequency.
    public var centre: Double { 1 / (2 * .pi * filterResistor * filterCapacitor) }
    /// Centre over bandwidth.
    public var quality: Double { qualityResistor / filterResistor }
    /// Of the rectifier.
    public var gain: Double { feedbackResistor / inputResistor }
    /// Share of the supply at the comparator's reference.
    public var share: Double { dividerBottom / (dividerTop + dividerBottom) }
  }

  /// Says what this file is.
  public var kind = "analog-board"
  /// Volts; rectifiers clip here.
  public var supply = 1.8
  /// Volts at the filters that a full-scale sample stands for.
  public var fullScale = 0.9
  /// Charges the envelope's capacitor.
  public var attackResistor = 4990.0
  /// Discharges it.
  public var decayResistor = 100_000.0
  /// The envelope's capacitor, in every channel.
  public var envelopeCapacitor = 1e-7
  /// Volts, by which the comparators switch back late.
  public var hysteresis = 0.005
  /// Root mean square volts of noise at a comparator's input.
  public var noise = 0.0
  /// Hz, gain times bandwidth of the amplifiers.
  public var amplifierBandwidth = 1e6
  /// Milliseconds of a window: 10 or 25.
  public var windowMilliseconds = 10
  /// Hz of the samples that stand in for the sound.
  public var sampleRate = 16000
  /// From low to high.
  public var channels: [Channel]

  enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case supply = "supply_v"
    case fullScale = "full_scale_v"
    case attackResistor = "attack_ohm"
    case decayResistor = "decay_ohm"
    case envelopeCapacitor = "envelope_farad"
    case hysteresis = "hysteresis_v"
    case noise = "noise_v"
    case amplifierBandwidth = "amplifier_bandwidth_hz"
    case windowMilliseconds = "window_ms"
    case sampleRate = "sample_rate"
    case channels
  }

  /// The board that comes nearest to `settings` with E96 resistors and standard capacitors.
  ///
  /// - Throws: `AnalogError` or `AnalogBinarySettings.Problem`: what can't be built, and what to change.
  public init(realising settings: AnalogBinarySettings) throws {
    try settings.check()
    supply = settings.supply
    fullScale = settings.fullScale
    hysteresis = settings.hysteresis
    windowMilliseconds = settings.windowMilliseconds
    sampleRate = settings.sampleRate
    attackResistor = StandardValues.resistor(nearest: settings.attackMilliseconds / 1000 / envelopeCapacitor)
    decayResistor = StandardValues.resistor(nearest: settings.decayMilliseconds / 1000 / envelopeCapacitor)
    let supply = settings.supply
    channels = settings.bank.map { Channel(realising: $0, supply: supply) }
    try check()
  }

  /// What the components amount to.
  public var settings: AnalogBinarySettings {
    var result = AnalogBinarySettings()
    result.sampleRate = sampleRate
    result.windowMilliseconds = windowMilliseconds
    result.channels = channels.count
    result.highFrequency = min(result.highFrequency, Double(sampleRate) / 2)
    result.centres = channels.map(\.centre)
    result.qualities = channels.map(\.quality)
    result.gains = channels.map(\.gain)
    result.thresholds = channels.map { $0.share * supply + ($0.offset ?? 0) }
    result.hysteresis = hysteresis
    result.supply = supply
    result.fullScale = fullScale
    result.attackMilliseconds = 1000 * attackResistor * envelopeCapacitor
    result.decayMilliseconds = 1000 * decayResistor * envelopeCapacitor
    return result
  }
}

extension AnalogBoard.Channel {
  fileprivate init(realising channel: AnalogBinarySettings.Channel, supply: Double) {
    // Resistors near 47 kilohms: well above what loads an amplifier, well below what stray capacitance and leakage disturb.
    let capacitor =
      StandardValues.capacitors.min {
        func distance(_ farads: Double) -> Double { abs(log(2 * .pi * channel.centre * farads * 47_000)) }
        return distance($0) < distance($1)
      } ?? 1e-8
    filterCapacitor = capacitor
    filterResistor = StandardValues.resistor(nearest: 1 / (2 * .pi * channel.centre * capacitor))
    qualityResistor = StandardValues.resistor(nearest: channel.quality * filterResistor)
    inputResistor = channel.gain > 200 ? 1000 : 10_000
    feedbackResistor = StandardValues.resistor(nearest: channel.gain * inputResistor)
    let divider = StandardValues.divider(share: channel.threshold / supply)
    dividerTop = divider.top
    dividerBottom = divider.bottom
  }
}
