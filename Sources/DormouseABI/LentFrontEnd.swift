import CDormouse
import Dormouse

/// A front end behind the C interface: what both kinds do with a caller's section and memory.
///
/// Memory that a caller lends is the front end itself, its state, its scratch and a frame, each at a multiple of 16 bytes.
protocol LentFrontEnd {
  associatedtype Record
  associatedtype Element

  /// The record of a section that is sound.
  static func validated(_ section: UnsafeRawPointer, _ length: Int) throws(ImageError) -> Record
  static func stateLength(_ record: Record) -> Int
  static func scratchLength(of record: Record) -> Int
  /// Elements of a frame.
  static func frameElements(_ record: Record) -> Int
  static func frameCount(_ record: Record, samples: Int) -> Int

  init(section: UnsafeRawPointer, state: UnsafeMutableRawPointer)
  var record: Record { get }
  mutating func push(
    _ samples: UnsafeBufferPointer<Int16>, from start: Int, into frame: UnsafeMutablePointer<Element>,
    scratch: UnsafeMutableRawPointer
  ) -> FrontEndStep
}

extension LentFrontEnd {
  private static var headLength: Int { ImageFormat.aligned(MemoryLayout<Self>.size) }

  /// The front end in memory that `start` has prepared, its scratch, and the frame behind it.
  static func parts(
    of memory: UnsafeMutableRawPointer
  ) -> (ears: UnsafeMutablePointer<Self>, scratch: UnsafeMutableRawPointer, frame: UnsafeMutablePointer<Element>) {
    let ears = memory.assumingMemoryBound(to: Self.self)
    let record = ears.pointee.record
    let scratch = memory + headLength + stateLength(record)
    return (ears, scratch, (scratch + scratchLength(of: record)).assumingMemoryBound(to: Element.self))
  }

  /// What `ask` says of the record, or a negative error code.
  static func ask(_ section: UnsafeRawPointer?, _ length: Int, _ ask: (Record) -> Int) -> Int {
    guard let section else { return Int(DM_ERROR_NULL) }
    do throws(ImageError) {
      return ask(try validated(section, length))
    } catch {
      return Int(error.code)
    }
  }

  /// Bytes of memory that are to be lent, or a negative error code.
  static func memoryLength(_ section: UnsafeRawPointer?, _ length: Int) -> Int {
    ask(section, length) { record in
      let frame = ImageFormat.aligned(frameElements(record) * MemoryLayout<Element>.size)
      return headLength + stateLength(record) + scratchLength(of: record) + frame
    }
  }

  /// Frames that `count` samples complete, or a negative error code.
  static func frames(_ section: UnsafeRawPointer?, _ length: Int, _ count: Int) -> Int {
    guard count >= 0 else { return Int(DM_ERROR_COUNT) }
    return ask(section, length) { frameCount($0, samples: count) }
  }

  /// Puts a front end into `memory`; returns 0 or a negative error code.
  static func start(
    _ section: UnsafeRawPointer?, _ length: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
  ) -> Int {
    guard let section, let memory else { return Int(DM_ERROR_NULL) }
    let needed = self.memoryLength(section, length)
    guard needed >= 0 else { return needed }
    guard memoryLength >= needed else { return Int(DM_ERROR_MEMORY) }
    guard Int(bitPattern: memory) % ImageFormat.alignment == 0 else { return Int(DM_ERROR_ALIGNMENT) }
    memory.bindMemory(to: Self.self, capacity: 1)
      .initialize(to: Self(section: section, state: memory + headLength))
    return 0
  }

  /// Hears a whole clip, `hear` once a frame, which takes samples from a position and returns how many; returns the frames,
  /// or a negative error code.
  static func clip<Output>(
    _ section: UnsafeRawPointer?, _ length: Int, _ samples: UnsafePointer<Int16>?, _ count: Int,
    _ out: UnsafeMutablePointer<Output>?, _ frameCapacity: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int,
    hear: (
      _ memory: UnsafeMutableRawPointer, _ samples: UnsafeBufferPointer<Int16>, _ position: Int, _ frame: Int,
      _ out: UnsafeMutablePointer<Output>
    ) -> Int
  ) -> Int {
    let frames = frames(section, length, count)
    guard frames > 0 else { return frames }
    guard frames <= frameCapacity else { return Int(DM_ERROR_CAPACITY) }
    guard let samples, let out, let memory else { return Int(DM_ERROR_NULL) }
    let started = start(section, length, memory, memoryLength)
    guard started == 0 else { return started }
    let input = UnsafeBufferPointer(start: samples, count: count)
    var position = 0
    for frame in 0..<frames { position += hear(memory, input, position, frame, out) }
    return frames
  }

  /// Features of a whole clip; returns its frames, or a negative error code.
  static func features(
    _ section: UnsafeRawPointer?, _ length: Int, _ samples: UnsafePointer<Int16>?, _ count: Int,
    _ out: UnsafeMutablePointer<Element>?, _ frameCapacity: Int, _ memory: UnsafeMutableRawPointer?, _ memoryLength: Int
  ) -> Int {
    clip(section, length, samples, count, out, frameCapacity, memory, memoryLength) {
      memory, input, position, frame, out in
      let (ears, scratch, _) = parts(of: memory)
      let target = out + frame * frameElements(ears.pointee.record)
      return ears.pointee.push(input, from: position, into: target, scratch: scratch).consumed
    }
  }

  /// Takes samples until a frame is complete; returns how many were taken, or a negative error code.
  static func take(
    _ memory: UnsafeMutableRawPointer?, _ samples: UnsafePointer<Int16>?, _ count: Int,
    _ out: UnsafeMutablePointer<Element>?, _ ready: UnsafeMutablePointer<Int32>?
  ) -> Int {
    guard let memory, let out, let ready else { return Int(DM_ERROR_NULL) }
    guard count >= 0 else { return Int(DM_ERROR_COUNT) }
    let (ears, scratch, _) = parts(of: memory)
    let input = UnsafeBufferPointer(start: samples, count: count)
    let step = ears.pointee.push(input, from: 0, into: out, scratch: scratch)
    ready.pointee = step.frameReady ? 1 : 0
    return step.consumed
  }
}
