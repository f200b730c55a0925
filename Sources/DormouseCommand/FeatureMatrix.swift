import Dormouse
import DormouseAudio

/// The features of a whole recording.
enum FeatureMatrix {
  /// `[frames, bands]`, row-major; empty if the recording is shorter than one window.
  static func compute(_ reader: AudioReader, _ model: Model) throws -> [Int8] {
    let record = model.image.logMel
    let state = Arena(length: LogMel.stateLength(record))
    let scratch = Arena(length: LogMel.scratchLength(record))
    defer { withExtendedLifetime((state, scratch)) {} }
    var logMel = LogMel(section: model.frontEnd, state: state.base)
    let bands = Int(record.bands)
    var matrix: [Int8] = []
    try withUnsafeTemporaryAllocation(of: Int16.self, capacity: 8192) { block in
      try withUnsafeTemporaryAllocation(of: Int8.self, capacity: bands) { frame in
        while true {
          let count = try reader.read(into: block)
          if count == 0 { break }
          let samples = UnsafeBufferPointer(rebasing: block[0..<count])
          var taken = 0
          while taken < count {
            let step = logMel.push(samples, from: taken, into: frame.baseAddress!, scratch: scratch.base)
            taken += step.consumed
            if step.frameReady { matrix.append(contentsOf: frame) }
          }
        }
      }
    }
    return matrix
  }
}
