import CDormouse
import Dormouse

// Memory that a caller lends is an `AnalogBinary`, then its state, its scratch and a frame, each at a multiple of 16 bytes.

private let headLength = ImageFormat.aligned(MemoryLayout<AnalogBinary>.size)

private struct Failure: Error {
  var code: Int
}

private func record(_ section: UnsafeRawPointer?, _ length: Int) -> Result<AnalogBinaryRecord, Failure> {
  guard let section else { return .failure(Failure(code: Int(DM_ERROR_NULL))) }
  do throws(ImageError) {
    return .success(try AnalogBinaryRecord.validated(section: section, length: length, offset: 0))
  } catch {
    return .failure(Failure(code: -Int(error.reason.rawValue)))
  }
}

/// The front end in memory that `dm_analog_start` has prepared, and its scratch.
private func frontEnd(
  in memory: UnsafeMutableRawPointer
) -> (ears: UnsafeMutablePointer<AnalogBinary>, scratch: UnsafeMutableRawPointer) {
  let ears = memory.assumingMemoryBound(to: AnalogBinary.self)
  return (ears, memory + headLength + AnalogBinary.stateLength(ears.pointee.record))
}

/// Channels of a frame, or a negative error code.
@c @implementation
public func dm_analog_channels(_ section: UnsafeRawPointer?, _ length: Int) -> Int {
  switch record(section, length) {
  case .success(let record): return Int(record.channels)
  case .failure(let failure): return failure.code
  }
}

/// Bytes of memory, aligned to 16, that the functions below need, or a negative error code.
@c @implementation
public func dm_analog_memory_size(_ section: UnsafeRawPointer?, _ length: Int) -> Int {
  switch record(section, length) {
  case .success(let record):
    let frame = ImageFormat.aligned(4 * AnalogBinary.words(record))
    return headLength + AnalogBinary.stateLength(record) + AnalogBinary.scratchLength + frame
  case .failure(let failure): return failure.code
  }
}

/// Frames that `count` samples complete, or a negative error code.
@c @implementation
public func dm_analog_frames(_ section: UnsafeRawPointer?, _ length: Int, _ count: Int) -> Int {
  guard count >= 0 else { return Int(DM_ERROR_COUNT) }
  switch record(section, length) {
  case .success(let record): return AnalogBinary.frameCount(record, samples: count)
  case .failure(let failure): return failure.code
  }
}

/// Bits of a whole clip; returns its frames, or a negative error code.
@c @implementation
public func dm_analog_features(
  _ section: UnsafeRawPointer?, _ length: Int, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ out: UnsafeMutablePointer<UInt32>?, _ frameCapacity: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  let frames = dm_analog_frames(section, length, count)
  guard frames > 0 else { return frames }
  guard frames <= frameCapacity else { return Int(DM_ERROR_CAPACITY) }
  guard let samples, let out, let memory else { return Int(DM_ERROR_NULL) }
  let started = dm_analog_start(section, length, memory, memoryLength)
  guard started == 0 else { return started }
  let (ears, scratch) = frontEnd(in: memory)
  let words = AnalogBinary.words(ears.pointee.record)
  let input = UnsafeBufferPointer(start: samples, count: count)
  var position = 0
  for frame in 0..<frames {
    position += ears.pointee.push(input, from: position, into: out + frame * words, scratch: scratch).consumed
  }
  return frames
}

/// Largest envelopes of a whole clip; returns its frames, or a negative error code.
@c @implementation
public func dm_analog_envelopes(
  _ section: UnsafeRawPointer?, _ length: Int, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ out: UnsafeMutablePointer<Int32>?, _ frameCapacity: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  let frames = dm_analog_frames(section, length, count)
  guard frames > 0 else { return frames }
  guard frames <= frameCapacity else { return Int(DM_ERROR_CAPACITY) }
  guard let samples, let out, let memory else { return Int(DM_ERROR_NULL) }
  let started = dm_analog_start(section, length, memory, memoryLength)
  guard started == 0 else { return started }
  let (ears, scratch) = frontEnd(in: memory)
  let channels = Int(ears.pointee.record.channels)
  let bits = (scratch + AnalogBinary.scratchLength).bindMemory(to: UInt32.self, capacity: 2)
  let input = UnsafeBufferPointer(start: samples, count: count)
  out.update(repeating: 0, count: frames * channels)
  var position = 0
  for frame in 0..<frames {
    position +=
      ears.pointee.pushMeasuring(
        input, from: position, into: bits, peaks: out + frame * channels, scratch: scratch
      ).consumed
  }
  return frames
}

/// Prepares `memory` for `dm_analog_push`; returns 0 or a negative error code.
@c @implementation
public func dm_analog_start(
  _ section: UnsafeRawPointer?, _ length: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  guard let section, let memory else { return Int(DM_ERROR_NULL) }
  let needed = dm_analog_memory_size(section, length)
  guard needed >= 0 else { return needed }
  guard memoryLength >= needed else { return Int(DM_ERROR_MEMORY) }
  guard Int(bitPattern: memory) % ImageFormat.alignment == 0 else { return Int(DM_ERROR_ALIGNMENT) }
  let ears = AnalogBinary(section: section, state: memory + headLength)
  memory.bindMemory(to: AnalogBinary.self, capacity: 1).initialize(to: ears)
  return 0
}

/// Takes samples until a frame is complete; returns how many were taken, or a negative error code.
@c @implementation
public func dm_analog_push(
  _ memory: UnsafeMutableRawPointer?, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ out: UnsafeMutablePointer<UInt32>?, _ ready: UnsafeMutablePointer<Int32>?
) -> Int {
  guard let memory, let out, let ready else { return Int(DM_ERROR_NULL) }
  guard count >= 0 else { return Int(DM_ERROR_COUNT) }
  let (ears, scratch) = frontEnd(in: memory)
  let step = ears.pointee.push(UnsafeBufferPointer(start: samples, count: count), from: 0, into: out, scratch: scratch)
  ready.pointee = step.frameReady ? 1 : 0
  return step.consumed
}
