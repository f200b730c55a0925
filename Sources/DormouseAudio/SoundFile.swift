import CSndFile
import Foundation

/// A WAV, FLAC, Ogg Vorbis or Ogg Opus file (or whatever else libsndfile decodes), read from its start to its end.
final class SoundFile: SampleSource {
  let name: String
  let format: AudioFormat
  let isInt16: Bool
  private let handle: OpaquePointer
  private let length: RecordedLength
  private var position = 0

  /// Opens the file and checks what can be known before decoding.
  ///
  /// - Throws: that the file is missing, not a file, empty, not audio, or of a format that can't be converted.
  init(path: String) throws(AudioError) {
    try SoundFile.checkIsReadable(path)
    var info = SF_INFO()
    guard let handle = sf_open(path, Int32(SFM_READ), &info) else {
      let words = String(cString: sf_strerror(nil)).trimmingCharacters(in: .whitespacesAndNewlines)
      let sentence = words.hasSuffix(".") ? String(words.dropLast()) : words
      throw AudioError(path, "not a sound file that can be read (\(sentence)); WAV, FLAC and Ogg are")
    }
    name = path
    self.handle = handle
    format = AudioFormat(sampleRate: Int(info.samplerate), channels: Int(info.channels))
    let container = Int(info.format) & Int(SF_FORMAT_TYPEMASK)
    let subtype = Int(info.format) & Int(SF_FORMAT_SUBMASK)
    isInt16 = [SF_FORMAT_PCM_16, SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_ULAW, SF_FORMAT_ALAW]
      .contains(subtype)
    length = RecordedLength(
      path: path, decoderFrames: Int(info.frames), isOgg: container == Int(SF_FORMAT_OGG))
    try format.check(of: path)
    if info.frames == 0 { throw AudioError(path, "holds no samples") }
  }

  deinit { sf_close(handle) }

  func read(_ samples: UnsafeMutablePointer<Int16>, frames: Int) throws(AudioError) -> Int {
    let count = Int(sf_readf_short(handle, samples, sf_count_t(frames)))
    return try advance(by: count)
  }

  func read(_ samples: UnsafeMutablePointer<Float>, frames: Int) throws(AudioError) -> Int {
    let count = Int(sf_readf_float(handle, samples, sf_count_t(frames)))
    if let bad = SampleConversion.firstNotFinite(samples, count: count * format.channels) {
      let frame = position + bad / format.channels
      throw AudioError(name, "sample \(frame) is not a finite number; the recording is damaged")
    }
    return try advance(by: count)
  }

  private func advance(by count: Int) throws(AudioError) -> Int {
    position += max(count, 0)
    guard count <= 0 else { return count }
    if let missing = length.complaint(decoded: position) { throw AudioError(name, missing) }
    guard sf_error(handle) == 0 else {
      throw AudioError(name, "damaged after \(position) samples (\(String(cString: sf_strerror(handle))))")
    }
    return 0
  }

  /// Says in plain words what libsndfile would report as a system error, or worse, wait for.
  private static func checkIsReadable(_ path: String) throws(AudioError) {
    var information = stat()
    guard stat(path, &information) == 0 else {
      throw AudioError(path, errno == ENOENT ? "no such file" : String(cString: strerror(errno)))
    }
    switch information.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw AudioError(path, "is a directory, not a sound file")
    default: throw AudioError(path, "is not a regular file; pass raw samples on standard input, as -")
    }
    guard information.st_size > 0 else { throw AudioError(path, "the file is empty") }
    guard access(path, R_OK) == 0 else { throw AudioError(path, String(cString: strerror(errno))) }
  }
}
