import CDormouse
import Dormouse

/// Hears the edges of an analog board from now on; returns 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_begin_edges(_ arena: UnsafeMutableRawPointer?, _ tick: UInt32) -> Int32 {
  let (place, code) = OpenSpotter.find(in: arena)
  guard let place else { return code }
  #if !DORMOUSE_WITHOUT_ANALOG
    guard place.pointee.spotter.image.frontEnd.kind == AnalogBinaryRecord.analogBinary else {
      return DORMOUSE_ERROR_WRONG_INPUT
    }
    place.pointee.spotter.reset()
    place.pointee.edges = ComparatorEdges(
      place.pointee.spotter.image.frontEndSection.load(as: AnalogBinaryRecord.self), start: tick)
    return DORMOUSE_OK
  #else
    _ = place
    return DORMOUSE_ERROR_PART_MISSING
  #endif
}

/// Takes an edge, or completes the frame before it; returns 1, 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_push_edge(
  _ arena: UnsafeMutableRawPointer?, _ tick: UInt32, _ channel: UInt8, _ high: Int32,
  _ event: UnsafeMutablePointer<dormouse_event>?
) -> Int32 {
  #if !DORMOUSE_WITHOUT_ANALOG
    let edge = ComparatorEdge(tick: tick, channel: channel, isHigh: high != 0)
    return OpenSpotter.hear(arena, event) { (edges, frame) throws(EdgeError) in try edges.push(edge, into: frame) }
  #else
    return OpenSpotter.refuseEdges(arena)
  #endif
}

/// Says that there was no edge until `tick`; returns 1, 0 or a code.
@_optimize(size)
@c @implementation
public func dormouse_pass_time(
  _ arena: UnsafeMutableRawPointer?, _ tick: UInt32, _ event: UnsafeMutablePointer<dormouse_event>?
) -> Int32 {
  #if !DORMOUSE_WITHOUT_ANALOG
    return OpenSpotter.hear(arena, event) { (edges, frame) throws(EdgeError) in edges.advance(to: tick, into: frame) }
  #else
    return OpenSpotter.refuseEdges(arena)
  #endif
}

extension OpenSpotter {
  #if DORMOUSE_WITHOUT_ANALOG
    static func refuseEdges(_ arena: UnsafeMutableRawPointer?) -> Int32 {
      let (place, code) = find(in: arena)
      return place == nil ? code : DORMOUSE_ERROR_PART_MISSING
    }
  #else
    /// Lets `step` do something with the edges, and hands the frame on that it may have completed.
    @inline(__always)
    static func hear(
      _ arena: UnsafeMutableRawPointer?, _ event: UnsafeMutablePointer<dormouse_event>?,
      _ step: (inout ComparatorEdges, UnsafeMutablePointer<UInt32>) throws(EdgeError) -> Bool
    ) -> Int32 {
      let (place, code) = find(in: arena)
      guard let place else { return code }
      guard let event else { return DORMOUSE_ERROR_NULL_POINTER }
      guard place.pointee.edges != nil else { return DORMOUSE_ERROR_WRONG_INPUT }
      // Two words: the channels of the largest bank.
      var words = (UInt32(0), UInt32(0))
      return withUnsafeMutablePointer(to: &words.0) { frame in
        let isComplete: Bool
        do throws(EdgeError) {
          isComplete = try step(&place.pointee.edges!, frame)
        } catch {
          return DORMOUSE_ERROR_NO_SUCH_CHANNEL &- Int32(error.rawValue) &+ 1
        }
        guard isComplete else {
          event.pointee = dormouse_event(frame: 0, inference: 0, label: -1, score: 0, start: 0, end: 0)
          return 1
        }
        event.pointee = dormouse_event(place.pointee.spotter.push(frame: frame))
        return 0
      }
    }
  #endif
}
