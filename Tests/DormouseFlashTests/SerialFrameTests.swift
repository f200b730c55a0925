import Dormouse
import DormouseMutation
import Testing

@Suite("Serial frames")
struct SerialFrameTests {
  private func frame(_ body: [UInt8], kind: UInt8 = 3, sequence: UInt8 = 9) -> [UInt8] {
    var writer = SerialFrameWriter()
    writer.begin(kind: kind, sequence: sequence)
    for byte in body { writer.add(byte) }
    writer.end()
    return (0..<writer.length).map { writer[$0] }
  }

  private func bodies(_ bytes: [UInt8]) -> [[UInt8]] {
    var reader = SerialFrameReader()
    return bytes.compactMap { reader.push($0) ? reader.withBody { [UInt8]($0) } : nil }
  }

  @Test("Bodies of every length come back, of zeros, of ones, and at random; no zero is within a frame")
  func roundTrip() {
    var random = Random(seed: 5)
    for length in 0...SerialFrame.longestBody {
      for kind in 0..<3 {
        let body = (0..<length).map { _ in kind == 0 ? 0 : kind == 1 ? 255 : UInt8(random.below(4) * 85) }
        let sent = frame(body)
        #expect(sent.last == 0 && !sent.dropLast().contains(0) && sent.count <= SerialFrame.longest)
        #expect(bodies([0, 0] + sent) == [body])
      }
    }
    #expect(frame([UInt8](repeating: 1, count: SerialFrame.longestBody + 1)) == [])
  }

  @Test("A known content is stuffed as Cheshire and Baker do it")
  func known() {
    // Kind 0x11, sequence 0, body 22 00 33, then the checksum that zlib's crc32 gives for 11 00 22 00 33.
    #expect(frame([0x22, 0, 0x33], kind: 0x11, sequence: 0) == [2, 0x11, 2, 0x22, 6, 0x33, 0xB7, 0xBA, 0xBB, 0x1F, 0])
  }

  @Test("Damaged frames are dropped, and the next whole one is found")
  func damage() {
    var random = Random(seed: 6)
    let sent = frame((0..<60).map { UInt8($0) })
    let next = frame([7, 7])
    for _ in 0..<20_000 {
      var bytes = sent
      let place = random.below(bytes.count - 1)
      switch random.below(3) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(bytes[place], at: place)
      default: bytes[place] ^= UInt8(1 + random.below(255))
      }
      let found = bodies(bytes + [0] + next)
      // Doubling or dropping one of equal neighbours could give the same frame; there are none in this one.
      #expect(found == [[7, 7]])
    }
  }

  @Test("Noise is never a crash, nor endless without a zero")
  func noise() {
    var random = Random(seed: 7)
    var reader = SerialFrameReader()
    for _ in 0..<300_000 { _ = reader.push(UInt8(random.below(256))) }
    let found = (0..<5000).filter { _ in reader.push(1) }
    let last = reader.push(0)
    #expect(found.isEmpty && !last)
    #expect(reader.damaged > 0)
    #expect(bodies([1, 1, 0] + frame([4])) == [[4]])
  }
}
