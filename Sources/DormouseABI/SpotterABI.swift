import CDormouse
import Dormouse

/// Bytes of arena that a spotter of this image needs, or a code.
@_optimize(size)
@c @implementation
public func dormouse_arena_length(_ image: UnsafeRawPointer?, _ imageLength: Int) -> Int {
  guard let image else { return Int(DORMOUSE_ERROR_NULL_POINTER) }
  do throws(ImageError) {
    let model = try ModelImage(validating: image, length: imageLength)
    guard model.hasFrontEnd else { return Int(DORMOUSE_ERROR_MISSING_SECTION) }
    return OpenSpotter.arenaLength(model)
  } catch {
    return Int(error.code)
  }
}

/// Proves the image and makes a spotter of it in the arena; returns 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_open(
  _ arena: UnsafeMutableRawPointer?, _ arenaLength: Int, _ image: UnsafeRawPointer?, _ imageLength: Int
) -> Int32 {
  guard let arena, let image else { return DORMOUSE_ERROR_NULL_POINTER }
  guard arenaLength >= 0 else { return DORMOUSE_ERROR_BAD_LENGTH }
  guard UInt(bitPattern: arena) & UInt(ImageFormat.alignment &- 1) == 0 else { return DORMOUSE_ERROR_ARENA_MISALIGNED }
  do throws(ImageError) {
    try OpenSpotter.open(try ModelImage(validating: image, length: imageLength), in: arena, length: arenaLength)
    return DORMOUSE_OK
  } catch {
    return error.code
  }
}

/// Forgets everything heard; returns 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_reset(_ arena: UnsafeMutableRawPointer?) -> Int32 {
  let (place, code) = OpenSpotter.find(in: arena)
  guard let place else { return code }
  place.pointee.spotter.reset()
  #if !DORMOUSE_WITHOUT_ANALOG
    place.pointee.edges = nil
  #endif
  return DORMOUSE_OK
}

/// Takes samples up to the end of the next frame; returns how many were taken, or a code.
@_optimize(size)
@c @implementation
public func dormouse_push(
  _ arena: UnsafeMutableRawPointer?, _ samples: UnsafePointer<Int16>?, _ count: Int,
  _ event: UnsafeMutablePointer<dormouse_event>?
) -> Int {
  let (place, code) = OpenSpotter.find(in: arena)
  guard let place else { return Int(code) }
  guard let event, samples != nil || count == 0 else { return Int(DORMOUSE_ERROR_NULL_POINTER) }
  guard count >= 0 else { return Int(DORMOUSE_ERROR_BAD_LENGTH) }
  #if !DORMOUSE_WITHOUT_ANALOG
    guard place.pointee.edges == nil else { return Int(DORMOUSE_ERROR_WRONG_INPUT) }
  #endif
  let progress = place.pointee.spotter.push(UnsafeBufferPointer(start: samples, count: count))
  event.pointee = dormouse_event(progress)
  return progress.consumed
}
