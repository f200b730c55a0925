import CDormouse
import Dormouse

// Memory that a caller lends is a `LogMel`, then its state, then its scratch, each at a multiple of 16 bytes.

private let headLength = ImageFormat.aligned(MemoryLayout<LogMel>.size)

private struct Failure: Error {
  var code: Int
}

private func record(_ section: UnsafeRawPointer?, _ length: Int) -> Result<LogMelRecord, Failure> {
  guard let section else { return .failure(Failure(code: Int(DM_ERROR_NULL))) }
  do throws(ImageError) {
    return .success(try LogMelRecord.validated(section: section, length: length, offset: 0))
  } catch {
    return .failure(Failure(code: -Int(error.reason.rawValue)))
  }
}

private func memoryLength(_ record: LogMelRecord) -> Int {
  headLength + LogMel.stateLength(record) + LogMel.scratchLength(record)
}

/// Features of a frame, or a negative error code.
@c @implementation
public func dm_logmel_bands(_ section: UnsafeRawPointer?, _ length: Int) -> Int {
  switch record(section, length) {
  case .success(let record): return Int(record.bands)
  case .failure(let failure): return failure.code
  }
}

/// Bytes of memory, aligned to 16, that `dm_logmel_features` or `dm_logmel_start` needs, or a negative error code.
@c @implementation
public func dm_logmel_memory_size(_ section: UnsafeRawPointer?, _ length: Int) -> Int {
  switch record(section, length) {
  case .success(let record): return memoryLength(record)
  case .failure(let failure): return failure.code
  }
}

/// Frames that `count` samples complete, or a negative error code.
@c @implementation
public func dm_logmel_frames(_ section: UnsafeRawPointer?, _ length: Int, _ count: Int) -> Int {
  guard count >= 0 else { return Int(DM_ERROR_COUNT) }
  switch record(section, length) {
  case .success(let record): return LogMel.frameCount(record, samples: count)
  case .failure(let failure): return failure.code
  }
}

/// Features of a whole clip; returns its frames, or a negative error code.
@c @implementation
public func dm_logmel_features(
  _ section: UnsafeRawPointer?, _ length: Int, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ out: UnsafeMutablePointer<Int8>?, _ frameCapacity: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  let frames = dm_logmel_frames(section, length, count)
  guard frames > 0 else { return frames }
  guard frames <= frameCapacity else { return Int(DM_ERROR_CAPACITY) }
  guard let samples, let out, let memory else { return Int(DM_ERROR_NULL) }
  let started = dm_logmel_start(section, length, memory, memoryLength)
  guard started == 0 else { return started }
  let logMel = memory.assumingMemoryBound(to: LogMel.self)
  let scratch = memory + headLength + LogMel.stateLength(logMel.pointee.record)
  let bands = logMel.pointee.bands
  let input = UnsafeBufferPointer(start: samples, count: count)
  var position = 0
  for frame in 0..<frames {
    position += logMel.pointee.push(input, from: position, into: out + frame * bands, scratch: scratch).consumed
  }
  return frames
}

/// Prepares `memory` for `dm_logmel_push`; returns 0 or a negative error code.
@c @implementation
public func dm_logmel_start(
  _ section: UnsafeRawPointer?, _ length: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  guard let section, let memory else { return Int(DM_ERROR_NULL) }
  let needed = dm_logmel_memory_size(section, length)
  guard needed >= 0 else { return needed }
  guard memoryLength >= needed else { return Int(DM_ERROR_MEMORY) }
  guard Int(bitPattern: memory) % ImageFormat.alignment == 0 else { return Int(DM_ERROR_ALIGNMENT) }
  let logMel = LogMel(section: section, state: memory + headLength)
  memory.bindMemory(to: LogMel.self, capacity: 1).initialize(to: logMel)
  return 0
}

/// Takes samples until a frame is complete; returns how many were taken, or a negative error code.
@c @implementation
public func dm_logmel_push(
  _ memory: UnsafeMutableRawPointer?, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ out: UnsafeMutablePointer<Int8>?, _ ready: UnsafeMutablePointer<Int32>?
) -> Int {
  guard let memory, let out, let ready else { return Int(DM_ERROR_NULL) }
  guard count >= 0 else { return Int(DM_ERROR_COUNT) }
  let logMel = memory.assumingMemoryBound(to: LogMel.self)
  let scratch = memory + headLength + LogMel.stateLength(logMel.pointee.record)
  let step = logMel.pointee.push(
    UnsafeBufferPointer(start: samples, count: count), from: 0, into: out, scratch: scratch)
  ready.pointee = step.frameReady ? 1 : 0
  return step.consumed
}
