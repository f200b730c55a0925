import Support

/// A recording on the host's disk: a mono 16-bit WAV file, or raw samples.
struct Recording {
  private let file: Int

  /// Bytes before the first sample and sample rate if the file says one; raw samples have neither.
  let sampleRate: UInt32?

  /// Opens `path`; nil if the file is missing, or is a WAV file of another format.
  init?(path: UnsafeBufferPointer<UInt8>) {
    guard let start = path.baseAddress else { return nil }
    let opened = start.withMemoryRebound(to: CChar.self, capacity: path.count) { file_open($0, path.count) }
    guard opened >= 0 else { return nil }
    file = opened
    let isWave = path.count >= 4 && (start + path.count - 4).loadUnaligned == 0x7661_772E
    guard isWave else {
      sampleRate = nil
      return
    }
    guard let rate = Recording.skipHeader(of: opened) else {
      file_close(opened)
      return nil
    }
    sampleRate = rate
  }

  /// Reads up to `capacity` samples; 0 at the end.
  func read(into samples: UnsafeMutablePointer<Int16>, capacity: Int) -> Int {
    Int(file_read(file, samples, 2 &* capacity)) / 2
  }

  /// Closes the file.
  func close() { file_close(file) }

  /// Reads up to the first sample of a WAV file; returns its sample rate.
  private static func skipHeader(of file: Int) -> UInt32? {
    guard word(file) == 0x4646_4952, word(file) != nil, word(file) == 0x4556_4157 else { return nil }
    var rate: UInt32?
    while let name = word(file), let length = word(file) {
      if name == 0x6174_6164 { return rate }
      guard length < 0x1_0000 else { return nil }
      var rest = length &+ (length & 1)
      if name == 0x2074_6D66 {
        // 1: PCM, one channel; then the rate, bytes a second, and 16 bits a sample.
        guard length >= 16, word(file) == 0x0001_0001 else { return nil }
        rate = word(file)
        guard word(file) != nil, word(file) == 0x0010_0002 else { return nil }
        rest &-= 16
      }
      while rest > 0 {
        var skipped: UInt8 = 0
        guard file_read(file, &skipped, 1) == 1 else { return nil }
        rest &-= 1
      }
    }
    return nil
  }

  /// The next four bytes, little-endian.
  private static func word(_ file: Int) -> UInt32? {
    var value: UInt32 = 0
    return file_read(file, &value, 4) == 4 ? value : nil
  }
}

extension UnsafePointer<UInt8> {
  /// Four bytes here, little-endian.
  fileprivate var loadUnaligned: UInt32 { UnsafeRawPointer(self).loadUnaligned(as: UInt32.self) }
}
