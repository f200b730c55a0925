/// What a spotter is busy with, as its marker instructions say.
///
/// Firmware without markers is in `start` all the time, except that it is in `idle` from a wait for an interrupt on.
public enum Stage: Hashable, Sendable {
  /// Before the first marker: start-up, and the validation of the model.
  case start
  /// Getting samples. In an emulator that is reading a file by semihosting, which no device does.
  case acquire
  /// From samples to frames.
  case frontEnd
  /// One layer, counted from 0 through the network and on through the one that verifies, if it runs.
  case layer(Int)
  /// From logits to detections.
  case detector
  /// Waiting for an interrupt.
  case idle
  /// Between a spotter's work and the next samples: what the application does with the results.
  case other
}

extension Stage: CustomStringConvertible {
  /// `start`, `acquire`, `front-end`, `layer 3`, `detector`, `idle`, `other`.
  public var description: String {
    switch self {
    case .start: "start"
    case .acquire: "acquire"
    case .frontEnd: "front-end"
    case .layer(let index): "layer \(index)"
    case .detector: "detector"
    case .idle: "idle"
    case .other: "other"
    }
  }

  /// The stage that `description` names.
  public init?(_ description: String) {
    let words = description.split(separator: " ")
    if words.count == 2, words[0] == "layer", let index = Int(words[1]), index >= 0 {
      self = .layer(index)
      return
    }
    let plain: [Stage] = [.start, .acquire, .frontEnd, .detector, .idle, .other]
    guard let stage = plain.first(where: { $0.description == description }) else { return nil }
    self = stage
  }
}

extension Stage: Codable {
  /// Reads a description.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let stage = Stage(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no stage is called '\(text)'")
    }
    self = stage
  }

  /// Writes the description.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Stage: Comparable {
  /// In the order of the sound's way.
  public static func < (first: Stage, second: Stage) -> Bool { first.order < second.order }

  private var order: Int {
    switch self {
    case .start: 0
    case .acquire: 1
    case .frontEnd: 2
    case .layer(let index): 3 + index
    case .detector: Int.max - 2
    case .other: Int.max - 1
    case .idle: Int.max
    }
  }
}
