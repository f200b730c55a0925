import DormouseAudio
import Foundation

/// Plays a recording into the ring.
final class FileFeed: SoundFeed, @unchecked Sendable {
  private let reader: AudioReader
  private let realtime: Bool
  private let block: UnsafeMutableBufferPointer<Int16>

  /// - Throws: `AudioError`, if it can't be read.
  init(_ file: String, rawFormat: AudioFormat?, realtime: Bool, sampleRate: Int) throws {
    if file == "-" {
      let format = rawFormat ?? AudioFormat(sampleRate: sampleRate, channels: 1)
      reader = try AudioReader(raw: 0, name: "standard input", format: format, sampleRate: sampleRate)
    } else {
      reader = try AudioReader(file: file, sampleRate: sampleRate)
    }
    self.realtime = realtime
    // In real time as small as a microphone's periods.
    block = .allocate(capacity: realtime ? sampleRate / 50 : 8192)
    super.init(sampleRate: sampleRate)
    if reader.isConverted { report.notices.tell("\(reader.name): converted from \(reader.format)") }
  }

  deinit { block.deallocate() }

  override var name: String { reader.name }
  override var isLive: Bool { realtime }

  override func run() {
    let start = Clocks.steady
    var played = 0
    while !isStopping {
      let count: Int
      do {
        count = try reader.read(into: block)
      } catch {
        report.failure = "\(error)"
        return
      }
      guard count > 0 else { return }
      played += count
      if realtime {
        let early = Double(played) / Double(sampleRate) - (Clocks.steady - start)
        if early > 0 { Thread.sleep(forTimeInterval: early) }
      }
      hand(over: count)
    }
  }

  /// A file can wait, unlike a microphone.
  private func hand(over count: Int) {
    var sent = 0
    while sent < count && !isStopping {
      sent += ring.write(block.baseAddress! + sent, count: count - sent, capturedAt: Clocks.wall)
      filled.signal()
      if sent < count { Thread.sleep(forTimeInterval: 0.002) }
    }
  }
}
