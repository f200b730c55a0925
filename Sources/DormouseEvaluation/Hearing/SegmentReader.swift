import DormouseAudio

/// Reads the stretch of a recording that its start and end mark, as 16-bit mono samples at one rate.
final class SegmentReader {
  private let reader: AudioReader
  private let recording: Recording
  private let sampleRate: Int
  private var buffer = [Int16](repeating: 0, count: 16384)
  /// Samples still to come; nil is all there are.
  private var remaining: Int?

  /// Opens the file and skips to the start.
  ///
  /// - Throws: that it can't be read, or ends before.
  init(_ recording: Recording, sampleRate: Int) throws(AudioError) {
    self.recording = recording
    self.sampleRate = sampleRate
    reader = try AudioReader(file: recording.path, sampleRate: sampleRate)
    let start = Int((recording.start * Double(sampleRate)).rounded())
    remaining = recording.end.map { Int(($0 * Double(sampleRate)).rounded()) - start }
    var skipped = 0
    while skipped < start {
      let count = try read(start - skipped)
      guard count > 0 else {
        let length = (Double(skipped) / Double(sampleRate) * 100).rounded() / 100
        throw AudioError(recording.path, "the start, \(recording.start) s, is not inside its \(length) s")
      }
      skipped += count
    }
  }

  /// Appends up to `count` samples; fewer at the end.
  ///
  /// - Throws: that the recording is damaged.
  func append(_ count: Int, to samples: inout [Int16]) throws(AudioError) {
    var wanted = min(count, remaining ?? count)
    while wanted > 0 {
      let got = try read(wanted)
      if got == 0 {
        remaining = 0
        return
      }
      samples.append(contentsOf: buffer[0..<got])
      wanted -= got
      if let left = remaining { remaining = left - got }
    }
  }

  private func read(_ count: Int) throws(AudioError) -> Int {
    let reader = self.reader
    return try buffer.withUnsafeMutableBufferPointer { (buffer) throws(AudioError) -> Int in
      try reader.read(into: UnsafeMutableBufferPointer(rebasing: buffer[0..<min(count, buffer.count)]))
    }
  }
}
