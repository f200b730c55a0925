import DormouseModel
import Foundation

/// What can't be built or isn't what it says, in one line.
public struct AnalogError: Error, CustomStringConvertible, Equatable {
  /// One sentence.
  public let description: String

  init(_ description: String) { self.description = description }
}

extension AnalogBoard {
  /// Reads settings of either kind: components ("analog-board") as they are, wanted values ("analog-binary") realised with
  /// standard parts.
  ///
  /// - Throws: `AnalogError` or `AnalogBinarySettings.Problem` in plain words.
  public init(json: Data) throws {
    let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any]
    guard object?["kind"] as? String == "analog-board" else {
      try self.init(realising: AnalogBinarySettings(json: json))
      return
    }
    let known = CodingKeys.allCases.map(\.rawValue)
    if let stranger = object?.keys.sorted().first(where: { !known.contains($0) }) {
      throw AnalogError("analog board: unknown key '\(stranger)'; known keys: \(known.joined(separator: ", "))")
    }
    do {
      self = try JSONDecoder().decode(AnalogBoard.self, from: json)
    } catch DecodingError.keyNotFound(let key, let context) {
      throw AnalogError("analog board: \(AnalogBoard.place(context.codingPath)) lacks '\(key.stringValue)'")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context)
    {
      throw AnalogError("analog board: \(AnalogBoard.place(context.codingPath)) has a wrong type")
    }
    try check()
  }

  private static func place(_ path: [any CodingKey]) -> String {
    path.isEmpty
      ? "the file" : path.map { $0.intValue.map { "channel \($0)" } ?? $0.stringValue }.joined(separator: ", ")
  }

  /// Refuses components that amount to no working board.
  public func check() throws {
    let common: [(String, Double)] = [
      ("supply_v", supply), ("full_scale_v", fullScale), ("attack_ohm", attackResistor), ("decay_ohm", decayResistor),
      ("envelope_farad", envelopeCapacitor), ("amplifier_bandwidth_hz", amplifierBandwidth),
    ]
    for (key, value) in common where !(value > 0 && value.isFinite) {
      throw AnalogError("analog board: \(key) is \(value); it must be above 0")
    }
    guard noise >= 0, noise.isFinite else {
      throw AnalogError("analog board: noise_v is \(noise); it must be 0 or more")
    }
    for (index, channel) in channels.enumerated() {
      let parts: [(Channel.CodingKeys, Double)] = [
        (.filterResistor, channel.filterResistor), (.filterCapacitor, channel.filterCapacitor),
        (.qualityResistor, channel.qualityResistor), (.inputResistor, channel.inputResistor),
        (.feedbackResistor, channel.feedbackResistor), (.dividerTop, channel.dividerTop),
        (.dividerBottom, channel.dividerBottom),
      ]
      for (key, value) in parts where !(value > 0 && value.isFinite) {
        throw AnalogError("analog board: channel \(index): \(key.rawValue) is \(value); it must be above 0")
      }
      // The filter's loop gain at its centre is the amplifier's there; a quarter of it keeps Q within a few per cent.
      let needed = 4 * channel.quality * channel.centre
      guard needed <= amplifierBandwidth else {
        throw AnalogError(
          "analog board: channel \(index): a Q of \(rounded(channel.quality)) at \(rounded(channel.centre)) Hz asks for "
            + "amplifiers of \(rounded(needed)) Hz gain-bandwidth; these have \(rounded(amplifierBandwidth)); lower q")
      }
    }
    try settings.check()
  }

  private func rounded(_ value: Double) -> String { String(format: "%.3g", value) }
}
