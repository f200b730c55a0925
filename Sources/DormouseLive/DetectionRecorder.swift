import DormouseModel
import Foundation

/// Keeps the seconds around each detection as WAV files, so that false accepts can be looked at, and trained against.
///
/// A file's name tells when, what and how sure: `20261121T225003.120Z-yes-0.93.wav`. When all of them together would
/// exceed the limit, the oldest are removed; other files in the folder are left alone. Files are written on a thread of
/// their own. A full disk is told once, and each detection tries again.
public final class DetectionRecorder: @unchecked Sendable {
  /// Seconds before a detection that are kept.
  public static let secondsBefore = 3.0
  /// Seconds after it.
  public static let secondsAfter = 1.0
  /// Clips that may wait to be written; on a disk that is slower than that, clips are lost.
  private static let mostWaiting = 16

  private let folder: String
  private let limit: Int
  private let queue = DispatchQueue(label: "recorder")
  /// Clips in the folder, oldest first; the queue's alone.
  private var clips: [(name: String, length: Int)] = []
  private let waiting = DispatchSemaphore(value: DetectionRecorder.mostWaiting)

  /// Records into `folder`, which is made if it isn't there.
  ///
  /// - Parameter limit: bytes that all clips may take together.
  /// - Throws: `WriteError`, if it isn't a folder or can't be made.
  public init(folder: String, limit: Int) throws {
    self.folder = folder
    self.limit = limit
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      clips = try DetectionRecorder.clips(in: folder)
    } catch {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
      throw LiveFailure(
        description: "\(folder): \(exists && !isFolder.boolValue ? "is not a folder" : "can't be made or read")")
    }
  }

  /// Keeps `samples`, which surround a detection.
  func keep(_ samples: [Int16], sampleRate: Int, of detection: LiveDetection, notices: LiveNotices) {
    guard waiting.wait(timeout: .now()) == .success else {
      notices.tellOnce("slow", "\(folder): the disk is too slow; some detections are not recorded")
      return
    }
    queue.async { [self] in
      defer { waiting.signal() }
      let bytes = DetectionRecorder.wave(samples, sampleRate: sampleRate)
      makeRoom(for: bytes.count)
      let name = freeName(for: detection)
      do throws(WriteError) {
        try AtomicFile.write(bytes, to: folder + "/" + name)
        clips.append((name, bytes.count))
      } catch {
        notices.tellOnce("disk", "\(error); detections are not recorded until there is room")
      }
    }
  }

  /// Waits until everything is written.
  func finish() { queue.sync {} }

  private func makeRoom(for length: Int) {
    var total = clips.reduce(length) { $0 + $1.length }
    while total > limit, let oldest = clips.first {
      unlink(folder + "/" + oldest.name)
      total -= oldest.length
      clips.removeFirst()
    }
  }

  private func freeName(for detection: LiveDetection) -> String {
    let time = DetectionRecorder.timeText(detection.capturedAt)
    let letters = detection.label.unicodeScalars.map { CharacterSet.alphanumerics.contains($0) ? Character($0) : "_" }
    let score = String(format: "%.2f", detection.score)
    let stem = "\(time)-\(String(letters.prefix(40)))-\(score)"
    let taken = Set(clips.map(\.name))
    var name = stem + ".wav"
    var copy = 2
    while taken.contains(name) {
      name = "\(stem)-\(copy).wav"
      copy += 1
    }
    return name
  }

  /// Such as "20261121T225003.120Z": names sort by it.
  static func timeText(_ seconds: Double) -> String {
    let milliseconds = Int64((seconds * 1000).rounded())
    var whole = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&whole, &parts)
    return String(
      format: "%04d%02d%02dT%02d%02d%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
      parts.tm_min, parts.tm_sec, Int32(milliseconds % 1000))
  }

  private static func clips(in folder: String) throws -> [(name: String, length: Int)] {
    let pattern = /\d{8}T\d{6}\.\d{3}Z-.+\.wav/
    return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.wholeMatch(of: pattern) != nil }
      .sorted().map { name in
        var information = stat()
        return (name, stat(folder + "/" + name, &information) == 0 ? Int(information.st_size) : 0)
      }
  }

  /// A mono 16-bit WAV file.
  static func wave(_ samples: [Int16], sampleRate: Int) -> [UInt8] {
    let length = UInt32(2 * samples.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(44 + Int(length))
    func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
    bytes += Array("RIFF".utf8)
    append(36 + length)
    bytes += Array("WAVEfmt ".utf8)
    append(UInt32(16))
    append(UInt16(1))
    append(UInt16(1))
    append(UInt32(sampleRate))
    append(UInt32(2 * sampleRate))
    append(UInt16(2))
    append(UInt16(16))
    bytes += Array("data".utf8)
    append(length)
    samples.withUnsafeBytes { bytes += $0 }
    return bytes
  }
}
