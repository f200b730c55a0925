import CALSA

/// Why a microphone doesn't deliver, in one line.
public struct MicrophoneError: Error, Equatable, CustomStringConvertible {
  /// What can be done about it.
  public enum Kind: Sendable {
    /// There is no such device.
    case absent
    /// Another program has it; it may be free later.
    case busy
    /// What it offers can't be converted.
    case unsupported
    /// It stopped delivering; it may come back.
    case lost
  }

  /// What can be done about it.
  public var kind: Kind
  /// The device as the user named it.
  public var device: String
  /// What is wrong, in plain words.
  public var reason: String

  /// `device: reason`.
  public var description: String { "\(device): \(reason)" }

  init(_ kind: Kind, _ device: String, _ reason: String) {
    self.kind = kind
    self.device = device
    self.reason = reason
  }

  /// What an error number of ALSA's means for an `opening` or an open device.
  init(alsa code: Int32, _ device: String, opening: Bool) {
    let words = String(cString: snd_strerror(code))
    switch -code {
    case EBUSY: self.init(.busy, device, "the device is busy: another program listens to it")
    case EACCES, EPERM:
      self.init(.busy, device, "no permission (are you in the group audio?)")
    case ENOENT, ENODEV, ENXIO, ENOTDIR:
      self.init(opening ? .absent : .lost, device, opening ? "no such sound device" : "the device is gone")
    default: self.init(opening ? .absent : .lost, device, opening ? "can't be opened: \(words)" : words)
    }
  }
}
