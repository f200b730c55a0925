import DormouseLive
import Foundation

/// What the page is sent: server-sent events whose data is JSON.
///
/// An update goes out 25 times a second, so it is written by hand; pictures travel as base64 of their bytes.
enum PageMessages {
  /// What can be changed, as it is now.
  struct Settings {
    /// As in `LiveUpdate`.
    let thresholds: [Double]
    let smoothing: Int
  }

  /// The answer that a new browser gets first.
  struct Hello: Encodable {
    struct Keyword: Encodable {
      let label: String
      /// Never reported.
      let never: Bool
    }

    struct Lane: Encodable {
      let rows: Int
      /// Samples a column.
      let hop: Int
      /// The model itself doesn't see it.
      let emulated: Bool
    }

    let rate: Int
    let pairsPerSecond: Int
    let strideSeconds: Double
    let source: String
    let keywords: [Keyword]
    let thresholds: [Double?]
    let smoothing: Int
    let smoothingLimit: Int
    let detections: [LiveDetection]
    let mel: Lane?
    let bits: Lane?
    let card: PageCard
  }

  /// A sign of life.
  static let beat = event("beat", "{}")

  /// The first message.
  static func hello(
    _ model: LiveDescription, card: PageCard, smoothingLimit: Int, detections: [LiveDetection], settings: Settings?
  ) -> [UInt8] {
    let shape = model.frontEnd
    let hearsBits = shape.kind == "analog-binary"
    let hello = Hello(
      rate: shape.sampleRate, pairsPerSecond: model.pairsPerSecond,
      strideSeconds: Double(shape.stride * shape.hop) / Double(shape.sampleRate), source: name(of: model.source),
      keywords: model.keywords.map { Hello.Keyword(label: $0.label, never: $0.threshold == nil) },
      thresholds: settings.map { $0.thresholds.map { $0 > 1 ? nil : $0 } } ?? model.keywords.map(\.threshold),
      smoothing: settings?.smoothing ?? model.smoothing, smoothingLimit: smoothingLimit, detections: detections,
      mel: hearsBits ? nil : Hello.Lane(rows: shape.features, hop: shape.hop, emulated: false),
      bits: Hello.Lane(rows: shape.bitChannels, hop: shape.bitHop, emulated: !hearsBits), card: card)
    return event("hello", json(hello))
  }

  /// Of a recording, its file's name alone: where it lies is nobody else's business.
  private static func name(of source: String) -> String { source.split(separator: "/").last.map(String.init) ?? source }

  /// An update.
  static func update(_ update: LiveUpdate) -> [UInt8] {
    var text = "{\"end\":\(update.samplesHeard),\"captured_at\":\(update.capturedAt)"
    text += ",\"state\":\"\(update.state.rawValue)\",\"problem\":\(json(update.problem))"
    text += ",\"level\":{\"peak\":\(tenths(update.level.peak)),\"rms\":\(tenths(update.level.rms))}"
    text += ",\"scores\":[\(update.scores.map(fraction).joined(separator: ","))]"
    let thresholds = update.thresholds.map { $0 > 1 ? "null" : fraction($0) }
    text += ",\"thresholds\":[\(thresholds.joined(separator: ","))],\"smoothing\":\(update.smoothing)"
    text += ",\"overruns\":\(update.overruns),\"cpu_share\":\(fraction(update.cpuShare))"
    text += ",\"detections\":\(update.detections.isEmpty ? "[]" : json(update.detections))"
    text += ",\"notices\":\(update.notices.isEmpty ? "[]" : json(update.notices))"
    text += base64("wave", update.waveform)
    text += base64("mel", update.frames.flatMap(\.self))
    text += base64("bits", update.bits.flatMap(\.self))
    return event("update", text + "}")
  }

  private static func event(_ name: String, _ data: String) -> [UInt8] {
    [UInt8]("event: \(name)\ndata: \(data)\n\n".utf8)
  }

  /// A member of an object, if there is anything to say; elements little-endian, as everywhere.
  private static func base64<Element: FixedWidthInteger & BitwiseCopyable>(
    _ key: String, _ elements: [Element]
  ) -> String {
    guard !elements.isEmpty else { return "" }
    return ",\"\(key)\":\"" + elements.withUnsafeBytes { Data($0).base64EncodedString() } + "\""
  }

  /// JSON has no infinity; a value that is none of a picture's is 0.
  private static func fraction(_ value: Double) -> String { rounded(value, 10000) }

  private static func tenths(_ value: Double) -> String { rounded(value, 10) }

  private static func rounded(_ value: Double, _ steps: Double) -> String {
    value.isFinite ? "\((value * steps).rounded() / steps)" : "0"
  }

  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    guard let data = try? encoder.encode(value) else { return "null" }
    return String(decoding: data, as: UTF8.self)
  }
}
