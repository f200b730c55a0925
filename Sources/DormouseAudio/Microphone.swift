import CALSA
import Foundation

/// A sound device that is listened to through ALSA, as 16-bit mono samples at the rate that a model hears.
///
/// It is asked for exactly that. What it offers instead is converted: channels are averaged, the rate is converted by
/// `PolyphaseResampler` (ALSA's own converter would fold treble down into speech). After `init` nothing is allocated.
public final class Microphone {
  /// Periods are about this long: the device hands sound over in such pieces. A hop's length; each wakes the processor.
  static let periodMicroseconds: UInt32 = 20_000
  /// The device's own buffer, which must last while this program doesn't get to run.
  static let bufferMicroseconds: UInt32 = 400_000
  /// Milliseconds without a sample after which the device counts as lost.
  static let patience: Int32 = 3000

  /// What one `read` brought.
  public struct Reading {
    /// Samples written.
    public var count = 0
    /// Seconds since 1970 at which the last of them was captured.
    public var capturedAt = 0.0
    /// The device's buffer ran over before them: sound was lost.
    public var overran = false
  }

  /// As the user named it.
  public let device: String
  /// What the device delivers, such as "16-bit, 44100 Hz, 2 channels, in pieces of 10 ms".
  public let description: String
  /// Samples that one `read` brings at most.
  public let largestReading: Int
  private let pcm: OpaquePointer
  private let format: CaptureFormat
  private let period: Int
  private let resampler: PolyphaseResampler?
  private let raw: UnsafeMutableRawPointer
  private let floats: UnsafeMutablePointer<Float>
  private let resampled: UnsafeMutablePointer<Float>

  /// Opens `device` and starts it.
  ///
  /// - Parameter sampleRate: Hz, of what `read` gives.
  public init(device: String, sampleRate: Int) throws(MicrophoneError) {
    dm_alsa_be_quiet()
    // Devices come and go; what ALSA knew of them may be old.
    snd_config_update_free_global()
    var handle: OpaquePointer?
    // Without this flag a busy device would be waited for.
    let code = snd_pcm_open(&handle, device, SND_PCM_STREAM_CAPTURE, Int32(SND_PCM_NONBLOCK))
    guard code == 0, let handle else { throw MicrophoneError(alsa: code, device, opening: true) }
    let setting: Microphone.Setting
    do throws(MicrophoneError) {
      snd_pcm_nonblock(handle, 0)
      setting = try Microphone.configure(handle, device, sampleRate)
      let code = snd_pcm_start(handle)
      guard code == 0 else { throw MicrophoneError(alsa: code, device, opening: true) }
    } catch {
      snd_pcm_close(handle)
      throw error
    }
    self.device = device
    pcm = handle
    format = setting.format
    period = setting.period
    resampler =
      format.sampleRate == sampleRate
      ? nil : PolyphaseResampler(from: format.sampleRate, to: sampleRate, largestBlock: period)
    description =
      "\(format.sample.words), \(AudioFormat(sampleRate: format.sampleRate, channels: format.channels)), in pieces of "
      + "\((1000 * period + format.sampleRate / 2) / format.sampleRate) ms"
    largestReading = resampler?.largestOutput(period) ?? period
    raw = .allocate(byteCount: period * format.frameLength, alignment: 16)
    floats = .allocate(capacity: period * format.channels)
    resampled = .allocate(capacity: largestReading)
  }

  deinit {
    snd_pcm_drop(pcm)
    snd_pcm_close(pcm)
    raw.deallocate()
    floats.deallocate()
    resampled.deallocate()
  }

  /// Waits for the next piece of sound and writes it to the front of `samples`, which has room for `largestReading`.
  ///
  /// - Throws: that the device is gone or silent for too long. It is of no use after that.
  public func read(into samples: UnsafeMutablePointer<Int16>) throws(MicrophoneError) -> Reading {
    var reading = Reading()
    while true {
      let ready = snd_pcm_wait(pcm, Microphone.patience)
      if ready == 0 { throw MicrophoneError(.lost, device, "the device delivers no sound") }
      let plain = resampler == nil && format.sample == .int16 && format.channels == 1
      let target = plain ? UnsafeMutableRawPointer(samples) : raw
      let frames = ready < 0 ? Int(ready) : snd_pcm_readi(pcm, target, snd_pcm_uframes_t(period))
      guard frames > 0 else {
        try recover(Int32(truncatingIfNeeded: frames), &reading)
        continue
      }
      var waiting: snd_pcm_sframes_t = 0
      if snd_pcm_delay(pcm, &waiting) != 0 { waiting = 0 }
      reading.capturedAt =
        Date().timeIntervalSince1970 - Double(max(0, waiting) + (resampler?.delay ?? 0)) / Double(format.sampleRate)
      reading.count = plain ? frames : convert(frames, samples)
      if reading.count > 0 { return reading }
    }
  }

  private func recover(_ code: Int32, _ reading: inout Reading) throws(MicrophoneError) {
    switch -code {
    case 0, EINTR, EAGAIN: return
    case EPIPE: reading.overran = true
    case ESTRPIPE:
      // The machine slept. Devices that can't resume, or take longer than a second to, are prepared anew.
      var tries = 100
      while tries > 0 && snd_pcm_resume(pcm) == -EAGAIN {
        tries -= 1
        usleep(10_000)
      }
      reading.overran = true
    default: throw MicrophoneError(alsa: code, device, opening: false)
    }
    var code = snd_pcm_prepare(pcm)
    if code == 0 { code = snd_pcm_start(pcm) }
    guard code == 0 else { throw MicrophoneError(alsa: code, device, opening: false) }
  }

  private func convert(_ frames: Int, _ samples: UnsafeMutablePointer<Int16>) -> Int {
    format.mix(raw, frames: frames, through: floats)
    guard let resampler else {
      SampleConversion.toInt16(floats, samples, count: frames)
      return frames
    }
    let written = resampler.process(floats, count: frames, into: resampled)
    SampleConversion.toInt16(resampled, samples, count: written)
    return written
  }
}
