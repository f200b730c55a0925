import Dormouse
import DormouseISA
import Support

extension Session {
  /// Hears a recording and prints the summary; returns the exit code.
  ///
  /// - Parameters:
  ///   - path: of a mono 16-bit .wav file or raw 16-bit samples.
  ///   - sampleRate: of the model, in Hz.
  mutating func hear(recording path: UnsafeBufferPointer<UInt8>, sampleRate: UInt32) -> Int32 {
    guard let recording = Recording(path: path) else {
      return Console().fail("the recording can't be read: it must be raw 16-bit samples or a mono 16-bit .wav file")
    }
    if let rate = recording.sampleRate, rate != sampleRate {
      return Console().fail("the recording has another sample rate than the model")
    }
    var chunk = InlineArray<160, Int16>(repeating: 0)
    var span = chunk.mutableSpan
    span.withUnsafeMutableBufferPointer { samples in
      guard let start = samples.baseAddress else { return }
      while true {
        dm_mark_acquire()
        let count = recording.read(into: start, capacity: samples.count)
        if count == 0 { break }
        hear(UnsafeBufferPointer(start: start, count: count))
      }
    }
    recording.close()
    printSummary()
    return 0
  }
}
