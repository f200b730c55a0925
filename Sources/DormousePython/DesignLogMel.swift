import CDormouse
import DormouseModel
import Foundation

/// Designs a log-mel section from JSON settings; see `dormouse_design.h`.
@c @implementation
public func dm_design_logmel(
  _ json: UnsafePointer<UInt8>?, _ jsonLength: Int, _ out: UnsafeMutablePointer<UInt8>?, _ capacity: Int,
  _ message: UnsafeMutablePointer<UInt8>?, _ messageCapacity: Int
) -> Int {
  guard let json else { return Int(DM_ERROR_NULL) }
  do {
    let settings = try LogMelSettings(json: Data(bytes: json, count: jsonLength))
    let section = try LogMelDesign(settings).section
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
