extension IntelHex {
  /// Why a file is no Intel HEX.
  public struct ReadError: Error, Equatable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// What is wrong there.
    public let problem: String
    /// Both.
    public var description: String { "line \(line): \(problem)" }
  }

  /// The parts that a file holds, in its order; records that follow one another become one part.
  ///
  /// The file may be anything. Start addresses (types 3 and 5) are skipped, for programmers have no use for them.
  ///
  /// - Throws: the first line that is wrong.
  public static func parts(_ text: [UInt8]) throws(ReadError) -> [FlashPart] {
    var parts: [FlashPart] = []
    var upper: UInt64 = 0
    var number = 0
    var hasEnded = false
    for line in text.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      number += 1
      if hasEnded { throw ReadError(line: number, problem: "follows the record of the end") }
      let record = try bytes(of: line, number: number)
      let (type, data) = (record[3], record[4..<record.count - 1])
      switch type {
      case 0:
        let address = upper + UInt64(record[1]) << 8 + UInt64(record[2])
        guard address + UInt64(data.count) <= 1 << 32 else {
          throw ReadError(line: number, problem: "lies beyond 2^32")
        }
        if let last = parts.last, last.end == address {
          parts[parts.count - 1].bytes += data
        } else {
          parts.append(FlashPart(address: UInt32(address), bytes: Array(data)))
        }
      case 1: hasEnded = true
      case 2, 4:
        guard data.count == 2 else { throw ReadError(line: number, problem: "has an address of \(data.count) bytes") }
        upper = (UInt64(record[4]) << 8 + UInt64(record[5])) << (type == 2 ? 4 : 16)
      case 3, 5: break
      default: throw ReadError(line: number, problem: "has type \(type); 0 to 5 are known")
      }
    }
    guard hasEnded else { throw ReadError(line: number + 1, problem: "the record of the end is missing") }
    return parts
  }

  /// The bytes of a record, checksum included: at least five.
  private static func bytes(of line: ArraySlice<UInt8>, number: Int) throws(ReadError) -> [UInt8] {
    let digits = line.dropFirst()
    guard line.first == UInt8(ascii: ":"), digits.count >= 10, digits.count % 2 == 0 else {
      throw ReadError(line: number, problem: "is no record of Intel HEX")
    }
    var bytes: [UInt8] = []
    for place in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
      guard let high = value(of: digits[place]), let low = value(of: digits[place + 1]) else {
        throw ReadError(line: number, problem: "has a sign that is no hexadecimal digit")
      }
      bytes.append(high << 4 | low)
    }
    guard bytes.count == Int(bytes[0]) + 5 else {
      throw ReadError(line: number, problem: "has another length than it says")
    }
    guard bytes.reduce(0, &+) == 0 else { throw ReadError(line: number, problem: "has a wrong checksum") }
    return bytes
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
