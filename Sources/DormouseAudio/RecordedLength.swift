import Foundation

/// How long a recording says it is, to tell a complete file from one that was cut off.
///
/// libsndfile quietly shortens a truncated WAV or Ogg file to what is there. Hearing nothing in a file that lost its
/// second half is a wrong answer, so the promise is read from the file itself.
struct RecordedLength {
  /// Frames that must come, or nil if only the decoder knows.
  let frames: Int?
  /// An Ogg stream whose last page doesn't end it.
  let lacksEndOfStream: Bool

  init(path: String, decoderFrames: Int, isOgg: Bool) {
    guard let file = FileHandle(forReadingAtPath: path) else {
      frames = nil
      lacksEndOfStream = false
      return
    }
    defer { try? file.close() }
    frames = RecordedLength.waveFrames(file) ?? (decoderFrames < 1 << 48 ? decoderFrames : nil)
    lacksEndOfStream = isOgg && !RecordedLength.endsOggStream(file)
  }

  /// What is wrong after `decoded` frames and the decoder's end, or nil.
  func complaint(decoded: Int) -> String? {
    if let frames, decoded < frames { return "truncated: \(decoded) of \(frames) samples are there" }
    if lacksEndOfStream { return "truncated: the Ogg stream stops after \(decoded) samples without its last page" }
    return nil
  }

  /// Data bytes over block size, from a RIFF header; nil for other files, for compressed subformats, and for the
  /// placeholder sizes that programs write when they stream.
  private static func waveFrames(_ file: FileHandle) -> Int? {
    guard let head = bytes(of: file, at: 0, count: 12), head.text(0) == "RIFF", head.text(8) == "WAVE" else {
      return nil
    }
    var offset = 12
    var blockSize = 0
    // Real files have a handful of chunks; a hostile one could have millions.
    for _ in 0..<1000 {
      guard let chunk = bytes(of: file, at: offset, count: 24) ?? bytes(of: file, at: offset, count: 8) else { break }
      let size = chunk.integer(4, bytes: 4)
      if chunk.text(0) == "fmt ", chunk.count == 24 {
        let pcm = [1, 3, 0xFFFE].contains(chunk.integer(8, bytes: 2))
        blockSize = pcm ? chunk.integer(20, bytes: 2) : 0
      } else if chunk.text(0) == "data" {
        return blockSize > 0 && size > 0 && size < 0x7FFF_0000 ? size / blockSize : nil
      }
      offset += 8 + size + size % 2
    }
    return nil
  }

  /// Whether the file's last Ogg page carries the end-of-stream flag.
  private static func endsOggStream(_ file: FileHandle) -> Bool {
    // A page is at most 65,307 bytes long, so the last one starts within them.
    guard let end = try? Int(file.seekToEnd()) else { return false }
    let count = min(end, 65_307)
    guard let tail = bytes(of: file, at: end - count, count: count) else { return false }
    let capture = Data("OggS".utf8)
    guard let page = tail.range(of: capture, options: .backwards), page.lowerBound + 5 < tail.endIndex else {
      return false
    }
    return tail[page.lowerBound + 5] & 4 != 0
  }

  private static func bytes(of file: FileHandle, at offset: Int, count: Int) -> Data? {
    guard (try? file.seek(toOffset: UInt64(offset))) != nil, let data = try? file.read(upToCount: count) else {
      return nil
    }
    return data.count == count ? data : nil
  }
}

extension Data {
  /// Four characters at `offset`.
  fileprivate func text(_ offset: Int) -> String {
    String(decoding: self[startIndex + offset..<startIndex + offset + 4], as: UTF8.self)
  }

  /// Little-endian unsigned integer at `offset`.
  fileprivate func integer(_ offset: Int, bytes: Int) -> Int {
    self[startIndex + offset..<startIndex + offset + bytes].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
