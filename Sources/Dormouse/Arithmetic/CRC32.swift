/// CRC-32 of IEEE 802.3, reflected, as in zlib and PNG.
public enum CRC32 {
  /// Remainders of the sixteen half bytes: 64 bytes of flash buy most of the speed of the usual 1 KB table.
  private static let table: InlineArray<16, UInt32> = [
    0x0000_0000, 0x1DB7_1064, 0x3B6E_20C8, 0x26D9_30AC, 0x76DC_4190, 0x6B6B_51F4, 0x4DB2_6158, 0x5005_713C,
    0xEDB8_8320, 0xF00F_9344, 0xD6D6_A3E8, 0xCB61_B38C, 0x9B64_C2B0, 0x86D3_D2D4, 0xA00A_E278, 0xBDBD_F21C,
  ]

  /// The checksum of `count` bytes.
  public static func checksum(_ bytes: UnsafeRawPointer, count: Int) -> UInt32 {
    var remainder: UInt32 = ~0
    for index in 0..<count {
      remainder ^= UInt32(bytes.load(fromByteOffset: index, as: UInt8.self))
      remainder = (remainder &>> 4) ^ table[Int(truncatingIfNeeded: remainder & 15)]
      remainder = (remainder &>> 4) ^ table[Int(truncatingIfNeeded: remainder & 15)]
    }
    return ~remainder
  }
}
