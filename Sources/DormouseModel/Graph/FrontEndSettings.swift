import Dormouse
import Foundation

/// What a model says about its front end, of any kind.
public enum FrontEndSettings: Equatable, Sendable {
  /// Int8 energies of frequency bands.
  case logMel(LogMelSettings)
  /// A bit a channel of analog filters.
  case analogBinary(AnalogBinarySettings)
  /// Int8 levels of frequency bands from which noise is subtracted, as TensorFlow's microfrontend gives them.
  case micro(MicroSettings)
  /// Int8 cosine transforms of the logarithms of frequency bands.
  case mfcc(MfccSettings)

  /// Reads settings from JSON, of the kind that the key `kind` names: "log-mel", also where it is absent,
  /// "analog-binary", "micro" or "mfcc".
  ///
  /// - Throws: `LogMelSettings.Problem` in plain words.
  public init(json: Data) throws {
    let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any]
    switch object?["kind"] as? String {
    case "analog-binary": self = .analogBinary(try AnalogBinarySettings(json: json))
    case "mfcc": self = .mfcc(try MfccSettings(json: json))
    case "micro": self = .micro(try MicroSettings(json: json))
    default: self = .logMel(try LogMelSettings(json: json))
    }
  }

  /// The JSON object that settings of any kind are.
  ///
  /// - Throws: `LogMelSettings.Problem`: no JSON object, or a key that is not in `known`.
  @discardableResult
  static func object(_ json: Data, known: [String]) throws -> [String: Any] {
    guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw LogMelSettings.Problem("front-end settings: expected a JSON object")
    }
    if let stranger = object.keys.sorted().first(where: { !known.contains($0) }) {
      throw LogMelSettings.Problem(
        "front-end settings: unknown key '\(stranger)'; known keys: \(known.joined(separator: ", "))")
    }
    return object
  }

  /// Hz.
  public var sampleRate: Int {
    switch self {
    case .logMel(let settings): settings.sampleRate
    case .analogBinary(let settings): settings.sampleRate
    case .micro(let settings): settings.sampleRate
    case .mfcc(let settings): settings.sampleRate
    }
  }

  /// Elements of a frame: bands or channels.
  public var features: Int {
    switch self {
    case .logMel(let settings): settings.bands
    case .analogBinary(let settings): settings.channels
    case .micro(let settings): settings.bands
    case .mfcc(let settings): settings.coefficients
    }
  }

  /// Of the elements of a frame.
  public var type: ElementType {
    switch self {
    case .logMel, .micro, .mfcc: .int8
    case .analogBinary: .bits
    }
  }

  /// "log-mel", "analog-binary", "micro" or "mfcc".
  public var kind: String {
    switch self {
    case .logMel: "log-mel"
    case .analogBinary: "analog-binary"
    case .micro: "micro"
    case .mfcc: "mfcc"
    }
  }

  /// What `features` counts.
  public var featureName: String {
    switch self {
    case .logMel, .micro: "bands"
    case .analogBinary: "channels"
    case .mfcc: "coefficients"
    }
  }

  /// The front-end section of an image.
  ///
  /// - Throws: `LogMelSettings.Problem` if the settings are impossible.
  public func section() throws -> [UInt8] {
    switch self {
    case .logMel(let settings): try LogMelDesign(settings).section
    case .analogBinary(let settings): try AnalogBinaryDesign(settings).section
    case .micro(let settings): try MicroDesign(settings).section
    case .mfcc(let settings): try MfccDesign(settings).section
    }
  }
}

extension FrontEndShape {
  /// Reads the shape off the bytes of a front-end section.
  public init(of section: [UInt8]) {
    // Its first 64 bytes hold either record; they may not be aligned in an array.
    let head = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: ImageFormat.alignment)
    defer { head.deallocate() }
    for index in head.indices { head[index] = index < section.count ? section[index] : 0 }
    self.init(section: UnsafeRawPointer(head.baseAddress.unsafelyUnwrapped))
  }
}
