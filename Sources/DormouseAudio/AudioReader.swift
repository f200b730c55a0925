import Foundation

/// Reads any recording as 16-bit mono samples at the rate that a model hears, block by block.
///
/// Channels are averaged, the rate is converted by band-limited interpolation, floats are rounded to nearest and
/// saturated. A source that is mono and 16-bit and has the right rate already passes unchanged. Memory is a few hundred
/// kilobytes, however long the recording.
public final class AudioReader {
  /// Frames that are decoded at a time.
  static let blockFrames = 16384

  private let source: any SampleSource
  private let target: Int
  private let resampler: Resampler?
  private var decoded: [Float] = []
  /// Mono samples at the source's rate that the resampler has not taken yet.
  private var pending = 0..<0
  private var sourceEnded = false
  /// Why the source ended early; thrown once the resampler has given what it holds.
  private var failure: AudioError?
  private var resampled: [Float] = []

  /// The file's path, or "standard input".
  public var name: String { source.name }
  /// What the recording holds.
  public var format: AudioFormat { source.format }
  /// Whether the rate or the channels differ from what is read.
  public var isConverted: Bool { format != AudioFormat(sampleRate: target, channels: 1) }

  /// Opens a sound file, to be read at `sampleRate`.
  ///
  /// - Throws: that the file is missing, not a file, empty, not audio, or of a format that can't be converted.
  public convenience init(file path: String, sampleRate: Int) throws(AudioError) {
    try self.init(SoundFile(path: path), sampleRate: sampleRate)
  }

  /// Reads raw 16-bit little-endian samples of `format` from a descriptor, which stays open.
  ///
  /// - Throws: that the format can't be converted.
  public convenience init(
    raw descriptor: Int32, name: String, format: AudioFormat, sampleRate: Int
  ) throws(AudioError) {
    try self.init(RawInput(descriptor: descriptor, name: name, format: format), sampleRate: sampleRate)
  }

  init(_ source: any SampleSource, sampleRate: Int) throws(AudioError) {
    self.source = source
    target = sampleRate
    resampler =
      source.format.sampleRate == sampleRate
      ? nil : try Resampler(from: source.format.sampleRate, to: sampleRate, name: source.name)
  }

  /// Fills the front of `samples`; returns how many were written, 0 at the end.
  ///
  /// - Throws: that the recording is damaged or stops too early, after everything before that point was returned.
  public func read(into samples: UnsafeMutableBufferPointer<Int16>) throws(AudioError) -> Int {
    guard let output = samples.baseAddress, samples.count > 0 else { return 0 }
    if let resampler { return try readResampled(resampler, output, count: samples.count) }
    if source.isInt16 && source.format.channels == 1 { return try source.read(output, frames: samples.count) }
    let count = try decode(frames: min(samples.count, AudioReader.blockFrames))
    decoded.withUnsafeBufferPointer { SampleConversion.toInt16($0.baseAddress!, output, count: count) }
    return count
  }

  /// Puts mono floats at the start of `decoded`; returns how many.
  private func decode(frames: Int) throws(AudioError) -> Int {
    let needed = AudioReader.blockFrames * source.format.channels
    if decoded.count < needed { decoded = [Float](repeating: 0, count: needed) }
    let source = self.source
    return try decoded.withUnsafeMutableBufferPointer { (buffer) throws(AudioError) -> Int in
      let count = try source.read(buffer.baseAddress!, frames: frames)
      if source.format.channels > 1 {
        SampleConversion.mixDown(buffer.baseAddress!, frames: count, channels: source.format.channels)
      }
      return count
    }
  }

  private func readResampled(
    _ resampler: Resampler, _ output: UnsafeMutablePointer<Int16>, count: Int
  ) throws(AudioError) -> Int {
    let room = min(count, AudioReader.blockFrames)
    if resampled.count < room { resampled = [Float](repeating: 0, count: room) }
    while true {
      if pending.isEmpty && !sourceEnded {
        do {
          pending = 0..<(try decode(frames: AudioReader.blockFrames))
        } catch {
          failure = error
        }
        sourceEnded = pending.isEmpty
      }
      let written = try convert(resampler, room: room)
      if written > 0 {
        resampled.withUnsafeBufferPointer { SampleConversion.toInt16($0.baseAddress!, output, count: written) }
        return written
      }
      if sourceEnded && pending.isEmpty {
        if let failure { throw failure }
        return 0
      }
    }
  }

  private func convert(_ resampler: Resampler, room: Int) throws(AudioError) -> Int {
    let (pending, isLast, name) = (self.pending, sourceEnded, self.name)
    let result = try decoded.withUnsafeBufferPointer { (input) throws(AudioError) -> (consumed: Int, written: Int) in
      try resampled.withUnsafeMutableBufferPointer { (output) throws(AudioError) -> (consumed: Int, written: Int) in
        try resampler.process(
          UnsafeBufferPointer(rebasing: input[pending]), isLast: isLast,
          into: UnsafeMutableBufferPointer(rebasing: output[0..<room]), name: name)
      }
    }
    self.pending = (pending.lowerBound + result.consumed)..<pending.upperBound
    return result.written
  }
}
