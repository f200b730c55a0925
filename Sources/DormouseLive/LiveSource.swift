import DormouseAudio

/// Where a session's sound comes from.
public enum LiveSource: Sendable {
  /// A recording, or `-`: raw samples on standard input, at the model's rate in mono unless `rawFormat` says otherwise.
  /// In real time, or as fast as it can be heard.
  case file(String, rawFormat: AudioFormat?, realtime: Bool)
  /// A device of ALSA's, such as "default".
  case microphone(String)

  func open(sampleRate: Int) throws -> SoundFeed {
    switch self {
    case .file(let file, let rawFormat, let realtime):
      return try FileFeed(file, rawFormat: rawFormat, realtime: realtime, sampleRate: sampleRate)
    case .microphone(let device):
      return try MicrophoneFeed(device: device, sampleRate: sampleRate)
    }
  }
}
