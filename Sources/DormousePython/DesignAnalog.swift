import CDormouse
import DormouseModel
import Foundation

/// Designs an analog-binary section from JSON settings; see `dormouse_design.h`.
@c @implementation
public func dm_design_analog(
  _ json: UnsafePointer<UInt8>?, _ jsonLength: Int, _ out: UnsafeMutablePointer<UInt8>?, _ capacity: Int,
  _ message: UnsafeMutablePointer<UInt8>?, _ messageCapacity: Int
) -> Int {
  design(json, jsonLength, out, capacity, message, messageCapacity) {
    try AnalogBinaryDesign(AnalogBinarySettings(json: $0)).section
  }
}
