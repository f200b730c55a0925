/// A line to a device: bytes both ways, any of which may be lost, doubled or damaged.
public protocol SerialLine: AnyObject {
  /// Sends bytes.
  ///
  /// - Throws: if the line is gone.
  func send(_ bytes: [UInt8]) throws

  /// Waits up to `seconds` for bytes; returns those that came, none if none did.
  ///
  /// - Throws: if the line is gone.
  func receive(seconds: Double) throws -> [UInt8]
}

/// Why a model could not be brought to a device, in one line.
public struct FlashError: Error, CustomStringConvertible, Equatable {
  /// What, where, and what to do.
  public let description: String

  /// Memberwise.
  public init(_ description: String) { self.description = description }
}
