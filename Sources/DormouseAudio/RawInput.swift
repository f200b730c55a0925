import Foundation

/// Raw interleaved 16-bit little-endian samples from a file descriptor, as microphones and pipes deliver them.
final class RawInput: SampleSource {
  let name: String
  let format: AudioFormat
  let isInt16 = true
  private let descriptor: Int32
  private var isFirst = true
  /// Bytes of a frame whose rest has not come yet.
  private var leftOver: [UInt8] = []
  private var integers: [Int16] = []

  /// - Throws: that the format can't be converted.
  init(descriptor: Int32, name: String, format: AudioFormat) throws(AudioError) {
    self.descriptor = descriptor
    self.name = name
    self.format = format
    try format.check(of: name)
  }

  func read(_ samples: UnsafeMutablePointer<Int16>, frames: Int) throws(AudioError) -> Int {
    let frameSize = 2 * format.channels
    let bytes = UnsafeMutableRawBufferPointer(start: samples, count: frames * frameSize)
    var count = leftOver.count
    bytes.copyBytes(from: leftOver)
    leftOver.removeAll(keepingCapacity: true)
    while count < frameSize {
      let got = Foundation.read(descriptor, bytes.baseAddress! + count, bytes.count - count)
      if got < 0 {
        if errno == EINTR { continue }
        throw AudioError(name, String(cString: strerror(errno)))
      }
      if got == 0 {
        guard count == 0 else { throw AudioError(name, "truncated: ends in the middle of a sample") }
        if isFirst { throw AudioError(name, "holds no samples") }
        return 0
      }
      count += got
      if isFirst && count >= 4 { try refuseContainers(bytes) }
    }
    isFirst = false
    leftOver.append(contentsOf: bytes[(count - count % frameSize)..<count])
    for index in 0..<count / 2 { samples[index] = Int16(littleEndian: samples[index]) }
    return count / frameSize
  }

  func read(_ samples: UnsafeMutablePointer<Float>, frames: Int) throws(AudioError) -> Int {
    let needed = frames * format.channels
    if integers.count < needed { integers = [Int16](repeating: 0, count: needed) }
    return try integers.withUnsafeMutableBufferPointer { (buffer) throws(AudioError) -> Int in
      let count = try read(buffer.baseAddress!, frames: frames)
      SampleConversion.toFloat(buffer.baseAddress!, samples, count: count * format.channels)
      return count
    }
  }

  /// A container's header would be heard as a click, and the rest at a wrong rate perhaps.
  private func refuseContainers(_ bytes: UnsafeMutableRawBufferPointer) throws(AudioError) {
    let magic = String(decoding: bytes.prefix(4), as: UTF8.self)
    let kinds = ["RIFF": "WAV", "fLaC": "FLAC", "OggS": "Ogg"]
    guard let kind = kinds[magic] else { return }
    throw AudioError(name, "is a \(kind) file, but - takes raw 16-bit samples; pass the file by its name instead")
  }
}
