import CDormouse
import Dormouse

// Memory that a caller lends is a `Spotter`, then its arena, each at a multiple of 16 bytes.

private let headLength = ImageFormat.aligned(MemoryLayout<Spotter>.size)

private func spotter(_ memory: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Spotter> {
  memory.assumingMemoryBound(to: Spotter.self)
}

/// Bytes of memory, aligned to 16, that a spotter of this image needs, or a negative error code.
@c @implementation
public func dm_spotter_memory_size(_ image: UnsafeRawPointer?, _ length: Int) -> Int {
  guard let image else { return Int(DM_ERROR_NULL) }
  do throws(ImageError) {
    return headLength + (try ModelImage(validating: image, length: length)).arenaLength
  } catch {
    return -Int(error.reason.rawValue)
  }
}

/// Validates the image and prepares `memory` for the functions below; returns 0 or a negative error code.
@c @implementation
public func dm_spotter_start(
  _ image: UnsafeRawPointer?, _ length: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
) -> Int {
  guard let image, let memory else { return Int(DM_ERROR_NULL) }
  guard Int(bitPattern: memory) % ImageFormat.alignment == 0 else { return Int(DM_ERROR_ALIGNMENT) }
  guard memoryLength >= headLength else { return Int(DM_ERROR_MEMORY) }
  do throws(ImageError) {
    let model = try ModelImage(validating: image, length: length)
    let started = try Spotter(image: model, arena: memory + headLength, arenaLength: memoryLength - headLength)
    memory.bindMemory(to: Spotter.self, capacity: 1).initialize(to: started)
    return 0
  } catch {
    return error.reason == .arenaTooSmall ? Int(DM_ERROR_MEMORY) : -Int(error.reason.rawValue)
  }
}

/// Takes samples up to the end of the next frame; returns how many were taken, or a negative error code.
@c @implementation
public func dm_spotter_push(
  _ memory: UnsafeMutableRawPointer?, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ progress: UnsafeMutablePointer<dm_progress>?
) -> Int {
  guard let memory, let progress, samples != nil || count == 0 else { return Int(DM_ERROR_NULL) }
  guard count >= 0 else { return Int(DM_ERROR_COUNT) }
  let step = spotter(memory).pointee.push(UnsafeBufferPointer(start: samples, count: count))
  let detection = step.detection
  progress.pointee = dm_progress(
    frame: step.frame ? 1 : 0, inference: step.inference ? 1 : 0, label: Int32(detection?.label ?? -1),
    score: Int32(detection?.score ?? 0), start: detection?.start ?? 0, end: detection?.end ?? 0)
  return step.consumed
}

/// The last completed frame, `bands` features.
@c @implementation
public func dm_spotter_frame(
  _ memory: UnsafeMutableRawPointer?, _ bands: UnsafeMutablePointer<Int>?
) -> UnsafePointer<Int8>? {
  guard let memory else { return nil }
  let frame = spotter(memory).pointee.frame
  bands?.pointee = frame.count
  return frame.baseAddress
}

/// Output of the last inference, one logit a label.
@c @implementation
public func dm_spotter_logits(
  _ memory: UnsafeMutableRawPointer?, _ labels: UnsafeMutablePointer<Int>?
) -> UnsafePointer<Int8>? {
  guard let memory else { return nil }
  let logits = spotter(memory).pointee.logits
  labels?.pointee = logits.count
  return logits.baseAddress
}

/// Text of a label, not terminated; null if there is no such label.
@c @implementation
public func dm_spotter_label(
  _ memory: UnsafeMutableRawPointer?, _ index: Int32, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<UInt8>? {
  guard let memory, index >= 0, Int(index) < spotter(memory).pointee.image.labelCount else { return nil }
  let text = spotter(memory).pointee.image.label(Int(index))
  length?.pointee = text.count
  return text.baseAddress
}
