import CDormouse
import Dormouse

extension LogMel: LentFrontEnd {
  static func validated(_ section: UnsafeRawPointer, _ length: Int) throws(ImageError) -> LogMelRecord {
    try LogMelRecord.validated(section: section, length: length, offset: 0)
  }

  static func scratchLength(of record: LogMelRecord) -> Int { scratchLength(record) }

  static func frameElements(_ record: LogMelRecord) -> Int { record.features }
}

/// Features of a frame, or a negative error code.
@c @implementation
public func dm_logmel_bands(_ section: UnsafeRawPointer?, _ length: Int) -> Int {
  LogMel.ask(section, length) { $0.features }
}

/// Bytes of memory, aligned to 16, that `dm_logmel_features` or `dm_logmel_start` needs, or a negative error code.
@c @implementation
public func dm_logmel_memory_size(_ section: UnsafeRawPointer?, _ length: Int) -> Int {
  LogMel.memoryLength(section, length)
}

/// Frames that `count` samples complete, or a negative error code.
@c @implementation
public func dm_logmel_frames(_ section: UnsafeRawPointer?, _ length: Int, _ count: Int) -> Int {
  LogMel.frames(section, length, count)
}

/// Features of a whole clip; returns its frames, or a negative error code.
@c @implementation
public func dm_logmel_features(
  _ section: UnsafeRawPointer?, _ length: Int, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ out: UnsafeMutablePointer<Int8>?, _ frameCapacity: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  LogMel.features(section, length, samples, count, out, frameCapacity, memory, memoryLength)
}

/// Prepares `memory` for `dm_logmel_push`; returns 0 or a negative error code.
@c @implementation
public func dm_logmel_start(
  _ section: UnsafeRawPointer?, _ length: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  LogMel.start(section, length, memory, memoryLength)
}

/// Takes samples until a frame is complete; returns how many were taken, or a negative error code.
@c @implementation
public func dm_logmel_push(
  _ memory: UnsafeMutableRawPointer?, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ out: UnsafeMutablePointer<Int8>?, _ ready: UnsafeMutablePointer<Int32>?
) -> Int {
  LogMel.take(memory, samples, count, out, ready)
}
