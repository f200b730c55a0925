import Foundation

/// Little WAV files for tests, written field by field from the format's description.
struct WaveFixture {
  var sampleRate = 16000
  var channels = 1
  /// 1 integers, 3 floats.
  var coding = 1
  var bits = 16
  var data = Data()
  /// Bytes that the header promises; the true count without it.
  var promised: Int?

  /// 16-bit interleaved samples.
  init(_ samples: [Int16], sampleRate: Int = 16000, channels: Int = 1) {
    self.sampleRate = sampleRate
    self.channels = channels
    data = Data(samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
  }

  /// 32-bit float interleaved samples.
  init(_ samples: [Float], sampleRate: Int = 16000, channels: Int = 1) {
    self.sampleRate = sampleRate
    self.channels = channels
    coding = 3
    bits = 32
    data = Data(samples.flatMap { sample in (0..<4).map { UInt8(truncatingIfNeeded: sample.bitPattern >> (8 * $0)) } })
  }

  /// The file.
  var bytes: Data {
    var file = Data("RIFF".utf8)
    func add(_ value: Int, _ count: Int) { file.append(contentsOf: (0..<count).map { UInt8(value >> (8 * $0) & 255) }) }
    add(36 + (promised ?? data.count), 4)
    file.append(Data("WAVEfmt ".utf8))
    add(16, 4)
    add(coding, 2)
    add(channels, 2)
    add(sampleRate, 4)
    add(sampleRate * channels * bits / 8, 4)
    add(channels * bits / 8, 2)
    add(bits, 2)
    file.append(Data("data".utf8))
    add(promised ?? data.count, 4)
    return file + data
  }
}

/// A folder that is removed with the last reference to it.
final class TemporaryFolder {
  let path: String

  init() {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dormouse-\(UUID().uuidString)")
    path = folder.path
    // A test that can't write fails at its first file.
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, returns its path.
  func file(_ name: String, _ data: Data) throws -> String {
    let file = path + "/" + name
    try data.write(to: URL(fileURLWithPath: file))
    return file
  }
}
