import CDormouse
import DormouseModel
import Foundation

/// Designs a section of a log-mel kind from JSON settings; see `dormouse_design.h`.
@c @implementation
public func dm_design_logmel(
  _ json: UnsafePointer<UInt8>?, _ jsonLength: Int, _ out: UnsafeMutablePointer<UInt8>?, _ capacity: Int,
  _ message: UnsafeMutablePointer<UInt8>?, _ messageCapacity: Int
) -> Int {
  design(json, jsonLength, out, capacity, message, messageCapacity) {
    switch try FrontEndSettings(json: $0) {
    case .micro(let settings): return try MicroDesign(settings).section
    case .mfcc(let settings): return try MfccDesign(settings).section
    default: return try LogMelDesign(LogMelSettings(json: $0)).section
    }
  }
}

/// What all designs do with the caller's memory.
func design(
  _ json: UnsafePointer<UInt8>?, _ jsonLength: Int, _ out: UnsafeMutablePointer<UInt8>?, _ capacity: Int,
  _ message: UnsafeMutablePointer<UInt8>?, _ messageCapacity: Int, _ section: (Data) throws -> [UInt8]
) -> Int {
  guard let json else { return Int(DM_ERROR_NULL) }
  do {
    let section = try section(Data(bytes: json, count: jsonLength))
    guard let out else { return section.count }
    guard section.count <= capacity else { return Int(DM_ERROR_CAPACITY) }
    out.update(from: section, count: section.count)
    return section.count
  } catch {
    if let message, messageCapacity > 0 {
      let text = Array("\(error)".utf8.prefix(messageCapacity - 1)) + [0]
      message.update(from: text, count: text.count)
    }
    return Int(DM_ERROR_SETTINGS)
  }
}
