import CDormouse
import Dormouse

extension AnalogBinary: LentFrontEnd {
  static func validated(_ section: UnsafeRawPointer, _ length: Int) throws(ImageError) -> AnalogBinaryRecord {
    try AnalogBinaryRecord.validated(section: section, length: length, offset: 0)
  }

  static func scratchLength(of record: AnalogBinaryRecord) -> Int { scratchLength }

  static func frameElements(_ record: AnalogBinaryRecord) -> Int { words(record) }
}

/// Channels of a frame, or a negative error code.
@c @implementation
public func dm_analog_channels(_ section: UnsafeRawPointer?, _ length: Int) -> Int {
  AnalogBinary.ask(section, length) { Int($0.channels) }
}

/// Bytes of memory, aligned to 16, that the functions below need, or a negative error code.
@c @implementation
public func dm_analog_memory_size(_ section: UnsafeRawPointer?, _ length: Int) -> Int {
  AnalogBinary.memoryLength(section, length)
}

/// Frames that `count` samples complete, or a negative error code.
@c @implementation
public func dm_analog_frames(_ section: UnsafeRawPointer?, _ length: Int, _ count: Int) -> Int {
  AnalogBinary.frames(section, length, count)
}

/// Bits of a whole clip; returns its frames, or a negative error code.
@c @implementation
public func dm_analog_features(
  _ section: UnsafeRawPointer?, _ length: Int, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ out: UnsafeMutablePointer<UInt32>?, _ frameCapacity: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  AnalogBinary.features(section, length, samples, count, out, frameCapacity, memory, memoryLength)
}

/// Largest envelopes of a whole clip; returns its frames, or a negative error code.
@c @implementation
public func dm_analog_envelopes(
  _ section: UnsafeRawPointer?, _ length: Int, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ out: UnsafeMutablePointer<Int32>?, _ frameCapacity: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  AnalogBinary.clip(section, length, samples, count, out, frameCapacity, memory, memoryLength) {
    memory, input, position, frame, out in
    let (ears, scratch, bits) = AnalogBinary.parts(of: memory)
    let channels = Int(ears.pointee.record.channels)
    let peaks = out + frame * channels
    peaks.update(repeating: 0, count: channels)
    return ears.pointee.pushMeasuring(input, from: position, into: bits, peaks: peaks, scratch: scratch).consumed
  }
}

/// Prepares `memory` for `dm_analog_push`; returns 0 or a negative error code.
@c @implementation
public func dm_analog_start(
  _ section: UnsafeRawPointer?, _ length: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  AnalogBinary.start(section, length, memory, memoryLength)
}

/// Takes samples until a frame is complete; returns how many were taken, or a negative error code.
@c @implementation
public func dm_analog_push(
  _ memory: UnsafeMutableRawPointer?, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ out: UnsafeMutablePointer<UInt32>?, _ ready: UnsafeMutablePointer<Int32>?
) -> Int {
  AnalogBinary.take(memory, samples, count, out, ready)
}
