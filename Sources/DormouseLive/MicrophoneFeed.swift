import DormouseAudio
import Foundation

/// Listens to a microphone, and waits for it whenever it is gone.
///
/// After a loss it is tried again after a quarter of a second, then after twice as long each time, up to four seconds.
final class MicrophoneFeed: SoundFeed, @unchecked Sendable {
  private let device: String
  private var microphone: Microphone?
  /// As large as the largest reading of any device so far.
  private var block: UnsafeMutableBufferPointer<Int16>
  /// The ring is full: a loss that goes on counts once.
  private var isLosing = false

  static let firstWait = 0.25
  static let longestWait = 4.0

  /// - Throws: `MicrophoneError`, if there is no such device, or nothing that can be converted. One that is only busy is
  ///   waited for.
  init(device: String, sampleRate: Int) throws {
    self.device = device
    block = .allocate(capacity: 1)
    super.init(sampleRate: sampleRate)
    do {
      try open()
    } catch let error as MicrophoneError where error.kind == .busy {
      miss(error)
    }
  }

  deinit { block.deallocate() }

  override var name: String { device }

  override func run() {
    var wait = MicrophoneFeed.firstWait
    while !isStopping {
      guard let microphone else {
        pause(wait)
        wait = min(2 * wait, MicrophoneFeed.longestWait)
        try? reopen()
        continue
      }
      do {
        let reading = try microphone.read(into: block.baseAddress!)
        wait = MicrophoneFeed.firstWait
        if reading.overran { lose() }
        let written = ring.write(block.baseAddress!, count: reading.count, capturedAt: reading.capturedAt)
        if written < reading.count {
          if !isLosing { lose() }
          isLosing = true
        } else {
          isLosing = false
        }
        filled.signal()
      } catch {
        self.microphone = nil
        miss(error)
      }
    }
    microphone = nil
  }

  private func open() throws {
    let opened = try Microphone(device: device, sampleRate: sampleRate)
    if opened.largestReading > block.count {
      block.deallocate()
      block = .allocate(capacity: opened.largestReading)
    }
    microphone = opened
    report.problem = nil
    report.notices.tell("listening to \(device): \(opened.description)")
  }

  private func reopen() throws {
    do {
      try open()
    } catch {
      // Told already that it is gone; why it still is may be new.
      report.problem = "\(error)"
    }
  }

  private func miss(_ error: any Error) {
    report.problem = "\(error)"
    report.notices.tell("\(error); waiting for it")
  }

  private func lose() {
    if report.overruns.wrappingAdd(1, ordering: .relaxed).oldValue == 0 {
      report.notices.tell(
        "\(device): sound was lost, as this machine was too busy to fetch it; further losses are only counted")
    }
  }

  private func pause(_ seconds: Double) {
    let end = Clocks.steady + seconds
    while !isStopping && Clocks.steady < end { Thread.sleep(forTimeInterval: 0.05) }
  }
}
