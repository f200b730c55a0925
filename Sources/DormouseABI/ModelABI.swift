import CDormouse
import Dormouse

/// Threshold of a label, or a code.
@_optimize(size)
@c @implementation
public func dormouse_threshold(_ arena: UnsafeMutableRawPointer?, _ label: Int32) -> Int32 {
  let (place, code) = OpenSpotter.find(in: arena)
  guard let place else { return code }
  guard let keyword = OpenSpotter.keyword(label, in: place) else { return DORMOUSE_ERROR_NO_SUCH_LABEL }
  return Int32(keyword.pointee.threshold)
}

/// Sets the threshold of a label; returns 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_set_threshold(_ arena: UnsafeMutableRawPointer?, _ label: Int32, _ threshold: Int32) -> Int32 {
  let (place, code) = OpenSpotter.find(in: arena)
  guard let place else { return code }
  guard let keyword = OpenSpotter.keyword(label, in: place) else { return DORMOUSE_ERROR_NO_SUCH_LABEL }
  guard threshold >= 1, threshold <= DORMOUSE_NEVER else { return DORMOUSE_ERROR_BAD_THRESHOLD }
  keyword.pointee.threshold = UInt16(truncatingIfNeeded: threshold)
  return DORMOUSE_OK
}

/// Smoothed posterior of a label, or a code.
@_optimize(size)
@c @implementation
public func dormouse_score(_ arena: UnsafeMutableRawPointer?, _ label: Int32) -> Int32 {
  let (place, code) = OpenSpotter.find(in: arena)
  guard let place else { return code }
  guard OpenSpotter.keyword(label, in: place) != nil else { return DORMOUSE_ERROR_NO_SUCH_LABEL }
  return Int32(truncatingIfNeeded: place.pointee.spotter.score(of: Int(label)))
}

/// Samples a second, or a code.
@_optimize(size)
@c @implementation
public func dormouse_sample_rate(_ arena: UnsafeMutableRawPointer?) -> Int32 {
  let (place, code) = OpenSpotter.find(in: arena)
  guard let place else { return code }
  return Int32(truncatingIfNeeded: place.pointee.spotter.image.frontEnd.sampleRate)
}

/// How many labels there are, or a code.
@_optimize(size)
@c @implementation
public func dormouse_label_count(_ arena: UnsafeMutableRawPointer?) -> Int32 {
  let (place, code) = OpenSpotter.find(in: arena)
  guard let place else { return code }
  return Int32(truncatingIfNeeded: place.pointee.spotter.image.labelCount)
}

/// Text of a label.
@_optimize(size)
@c @implementation
public func dormouse_label(
  _ arena: UnsafeMutableRawPointer?, _ label: Int32, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  let place = OpenSpotter.find(in: arena).place
  return OpenSpotter.lend(
    place.flatMap { place in
      OpenSpotter.keyword(label, in: place) == nil ? nil : place.pointee.spotter.image.label(Int(label))
    }, length)
}

/// The model's name.
@_optimize(size)
@c @implementation
public func dormouse_model_name(
  _ arena: UnsafeMutableRawPointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  OpenSpotter.lend(OpenSpotter.find(in: arena).place.map { $0.pointee.spotter.image.name }, length)
}

/// The model's version.
@_optimize(size)
@c @implementation
public func dormouse_model_version(
  _ arena: UnsafeMutableRawPointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  OpenSpotter.lend(OpenSpotter.find(in: arena).place.map { $0.pointee.spotter.image.version }, length)
}

/// Bytes of the last completed frame.
@_optimize(size)
@c @implementation
public func dormouse_frame(
  _ arena: UnsafeMutableRawPointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<Int8>? {
  OpenSpotter.lend(OpenSpotter.find(in: arena).place.map { $0.pointee.spotter.frame }, length)
}

/// Logits of the last inference.
@_optimize(size)
@c @implementation
public func dormouse_logits(
  _ arena: UnsafeMutableRawPointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<Int8>? {
  OpenSpotter.lend(OpenSpotter.find(in: arena).place.map { $0.pointee.spotter.logits }, length)
}

extension OpenSpotter {
  /// The start of `bytes`, and how many there are in `length`; null and 0 for none.
  fileprivate static func lend<Byte, Lent>(
    _ bytes: UnsafeBufferPointer<Byte>?, _ length: UnsafeMutablePointer<Int>?
  ) -> UnsafePointer<Lent>? {
    length?.pointee = bytes?.count ?? 0
    guard let start = bytes?.baseAddress else { return nil }
    return UnsafeRawPointer(start).assumingMemoryBound(to: Lent.self)
  }
}
