import Foundation

/// A serial port, or a pseudo-terminal that stands for one.
public final class SerialPort: SerialLine {
  private let descriptor: Int32
  private let path: String

  /// Opens `path` as 8 data bits without parity, at `baud` bits a second.
  ///
  /// - Throws: `FlashError`.
  public init(path: String, baud: Int = 115200) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw FlashError("\(path): \(String(cString: strerror(errno)))") }
    var settings = termios()
    guard tcgetattr(descriptor, &settings) == 0 else {
      close(descriptor)
      throw FlashError("\(path): is no serial port")
    }
    guard let speed = SerialPort.speeds[baud] else {
      close(descriptor)
      let known = SerialPort.speeds.keys.sorted().map(String.init).joined(separator: ", ")
      throw FlashError("\(baud) bits a second are not among \(known)")
    }
    cfmakeraw(&settings)
    settings.c_cflag |= tcflag_t(CLOCAL | CREAD)
    cfsetispeed(&settings, speed)
    cfsetospeed(&settings, speed)
    guard tcsetattr(descriptor, TCSANOW, &settings) == 0 else {
      close(descriptor)
      throw FlashError("\(path): \(String(cString: strerror(errno)))")
    }
    tcflush(descriptor, TCIOFLUSH)
  }

  deinit { close(descriptor) }

  private static let speeds: [Int: speed_t] = [
    9600: speed_t(B9600), 19200: speed_t(B19200), 38400: speed_t(B38400), 57600: speed_t(B57600),
    115200: speed_t(B115200), 230400: speed_t(B230400), 460800: speed_t(B460800), 921600: speed_t(B921600),
  ]

  /// Sends bytes; waits while the port is full.
  public func send(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, $0.count - done) }
      if count > 0 {
        done += count
      } else if count < 0 && (errno == EAGAIN || errno == EINTR) {
        guard try isReady(POLLOUT, seconds: 2) else { throw FlashError("\(path): takes no more bytes") }
      } else {
        throw FlashError("\(path): \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Waits for bytes.
  public func receive(seconds: Double) throws -> [UInt8] {
    guard try isReady(POLLIN, seconds: seconds) else { return [] }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress!, $0.count) }
    if count > 0 { return Array(bytes[..<count]) }
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return [] }
    throw FlashError("\(path): the device has gone")
  }

  private func isReady(_ events: Int32, seconds: Double) throws -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    let count = poll(&request, 1, Int32((seconds * 1000).rounded(.up)))
    if count < 0 && errno != EINTR { throw FlashError("\(path): \(String(cString: strerror(errno)))") }
    return count > 0
  }
}
