import DormouseExport
import Testing

@Suite("Intel HEX and parts")
struct IntelHexTests {
  @Test("What is written is read back, across 64 KB and with several parts")
  func roundTrip() throws {
    let parts = [
      FlashPart(address: 0x0800_FFF8, bytes: (0..<40).map { UInt8($0) }),
      FlashPart(address: 0xFFFF_FFF0, bytes: [UInt8](repeating: 9, count: 16)),
    ]
    #expect(try IntelHex.parts(IntelHex.text(parts)) == parts)
  }

  /// The record of data is the example of the specification's appendix; the segment is that of its type 2.
  @Test("Segments of 16 bytes, start addresses and small letters are understood")
  func foreign() throws {
    let text = ":020000021200EA\r\n:0300300002337A1E\r\n:0400000300003800C1\r\n:00000001ff\r\n"
    #expect(try IntelHex.parts(Array(text.utf8)) == [FlashPart(address: 0x12030, bytes: [0x02, 0x33, 0x7A])])
  }

  @Test("What is wrong is told with its line")
  func wrong() {
    for (text, line, problem) in [
      ("hello", 1, "is no record of Intel HEX"), (":00000001FG", 1, "has a sign that is no hexadecimal digit"),
      (":00000001FF\n:00000001FF", 2, "follows the record of the end"),
      (":0300300002337A1E", 2, "the record of the end"),
      (":0300300002337A1F", 1, "has a wrong checksum"), (":0400300002337A1E", 1, "has another length than it says"),
      (":00000006FA", 1, "has type 6; 0 to 5 are known"), (":0100000401FA", 1, "has an address of 1 bytes"),
      (":02000004FFFFFC\n:02FFFF000102FD", 2, "lies beyond 2^32"),
    ] {
      let error = #expect(throws: IntelHex.ReadError.self) { try IntelHex.parts(Array(text.utf8)) }
      #expect(error?.line == line && error?.problem.contains(problem) == true, "\(text): \(error?.description ?? "")")
    }
  }

  @Test("Parts of one page become one, filled with ones; parts that overlap are refused")
  func joining() {
    let (a, b) = (FlashPart(address: 0x104, bytes: [1, 2]), FlashPart(address: 0x10A, bytes: [3]))
    let far = FlashPart(address: 0x1000, bytes: [4])
    #expect(
      FlashPart.joined([far, b, a], page: 0x400, alignment: 16) == [
        FlashPart(address: 0x100, bytes: [255, 255, 255, 255, 1, 2, 255, 255, 255, 255, 3]), far,
      ])
    #expect(FlashPart.joined([a, FlashPart(address: 0x105, bytes: [0])], page: 0x400) == nil)
    #expect(FlashPart.joined([FlashPart(address: 7, bytes: [])], page: 0x400) == [])
  }
}
