import Dormouse
import DormouseAudio

/// The features of a whole recording.
enum FeatureMatrix {
  /// `[frames, features]`, row-major; features are int8, or bits as 0 and 1; empty if the recording is shorter than one window.
  static func compute(_ reader: AudioReader, _ model: Model) throws -> [Int8] {
    let shape = model.image.frontEnd
    let state = Arena(length: shape.stateLength)
    let scratch = Arena(length: shape.scratchLength)
    let frame = Arena(length: shape.frameLength)
    defer { withExtendedLifetime((state, scratch, frame)) {} }
    var frontEnd = FrontEnd(section: model.image.frontEndSection, state: state.base)
    var matrix: [Int8] = []
    try withUnsafeTemporaryAllocation(of: Int16.self, capacity: 8192) { block in
      while true {
        let count = try reader.read(into: block)
        if count == 0 { break }
        let samples = UnsafeBufferPointer(rebasing: block[0..<count])
        var taken = 0
        while taken < count {
          let step = frontEnd.push(samples, from: taken, into: frame.base, scratch: scratch.base)
          taken += step.consumed
          if step.frameReady { matrix += values(of: frame, shape) }
        }
      }
    }
    return matrix
  }

  /// The elements of one frame.
  private static func values(of frame: Arena, _ shape: FrontEndShape) -> [Int8] {
    let bytes = UnsafeRawBufferPointer(start: frame.base, count: shape.frameLength)
    guard shape.type == .bits else { return bytes.map { Int8(bitPattern: $0) } }
    return (0..<shape.features).map { Int8(bytes[$0 / 8] >> UInt8($0 % 8) & 1) }
  }
}
