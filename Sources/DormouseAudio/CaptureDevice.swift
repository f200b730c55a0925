import CALSA

/// A device that ALSA can capture from.
public struct CaptureDevice: Equatable, Sendable, Codable {
  /// What `Microphone` is given, such as "default" or "plughw:CARD=PCH,DEV=0".
  public var name: String
  /// What it is, in one line.
  public var description: String

  /// All devices that are there now.
  public static func all() -> [CaptureDevice] {
    dm_alsa_be_quiet()
    var list: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    guard snd_device_name_hint(-1, "pcm", &list) == 0, let list else { return [] }
    defer { snd_device_name_free_hint(list) }
    var devices: [CaptureDevice] = []
    var index = 0
    while let hint = list[index] {
      index += 1
      guard let name = text("NAME", of: hint), name != "null", text("IOID", of: hint) != "Output" else { continue }
      let lines = (text("DESC", of: hint) ?? "").split(separator: "\n").joined(separator: ", ")
      devices.append(CaptureDevice(name: name, description: lines))
    }
    return devices
  }

  private static func text(_ key: String, of hint: UnsafeMutableRawPointer) -> String? {
    guard let value = snd_device_name_get_hint(hint, key) else { return nil }
    defer { free(value) }
    return String(cString: value)
  }
}
