import Testing

@testable import Dormouse
@testable import DormouseModel

@Suite("Comparator edges") struct ComparatorEdgesTests {
  private func record(channels: UInt16 = 64, window: UInt16 = 160, rate: UInt32 = 16000) -> AnalogBinaryRecord {
    AnalogBinaryRecord(
      sampleRate: rate, channels: channels, window: window, attack: 1, decay: 1, channelTable: 32)
  }

  /// All frames that end by `end`.
  private func frames(
    _ edges: [ComparatorEdge], _ record: AnalogBinaryRecord, until end: UInt32, start: UInt32 = 0
  ) throws -> [[UInt32]] {
    var driver = ComparatorEdges(record, start: start)
    var frame = [UInt32](repeating: 0, count: driver.words)
    var result: [[UInt32]] = []
    for edge in edges {
      while try driver.push(edge, into: &frame) { result.append(frame) }
    }
    while driver.advance(to: end, into: &frame) { result.append(frame) }
    return result
  }

  @Test func aBitIsSetInEveryWindowThatThePulseTouches() throws {
    // Windows of 10 ms end at ticks 328, 656, 984, 1311, ...
    let edges = [
      ComparatorEdge(tick: 327, channel: 5, isHigh: true), ComparatorEdge(tick: 328, channel: 40, isHigh: true),
      ComparatorEdge(tick: 330, channel: 40, isHigh: false), ComparatorEdge(tick: 984, channel: 5, isHigh: false),
    ]
    let frames = try frames(edges, record(), until: 1311)
    // Channel 5 is bit 5 of the first word, channel 40 bit 8 of the second.
    let expected: [[UInt32]] = [[32, 0], [32, 256], [32, 0], [32, 0]]
    #expect(frames == expected)
  }

  @Test(arguments: [(UInt32(16000), UInt16(160)), (16000, 400), (8000, 80), (8000, 200)])
  func windowsKeepStepWithTheSamples(rate: UInt32, window: UInt16) throws {
    let record = record(channels: 8, window: window, rate: rate)
    let start = UInt32.max - 100_000
    for windows in [1, 3, 99, 100, 1000, 5000] {
      // First tick that is not before the end: ceil.
      let ticks = windows * Int(window) * 32768
      let end = (ticks + Int(rate) - 1) / Int(rate)
      let before = try frames([], record, until: start &+ UInt32(end - 1), start: start)
      let after = try frames([], record, until: start &+ UInt32(end), start: start)
      #expect(before.count == windows - 1 && after.count == windows)
    }
  }

  @Test func lostAndDisorderedEdgesAreRefusedAndChangeNothing() throws {
    var driver = ComparatorEdges(record(channels: 8))
    var frame: [UInt32] = [0]
    #expect(try !driver.push(ComparatorEdge(tick: 10, channel: 2, isHigh: true), into: &frame))
    #expect(throws: EdgeError.lostEdge) {
      try driver.push(ComparatorEdge(tick: 12, channel: 2, isHigh: true), into: &frame)
    }
    #expect(throws: EdgeError.lostEdge) {
      try driver.push(ComparatorEdge(tick: 12, channel: 3, isHigh: false), into: &frame)
    }
    #expect(throws: EdgeError.outOfOrder) {
      try driver.push(ComparatorEdge(tick: 9, channel: 3, isHigh: true), into: &frame)
    }
    #expect(throws: EdgeError.noSuchChannel) {
      try driver.push(ComparatorEdge(tick: 12, channel: 8, isHigh: true), into: &frame)
    }
    #expect(try !driver.push(ComparatorEdge(tick: 10, channel: 2, isHigh: false), into: &frame))
    #expect(driver.advance(to: 328, into: &frame) && frame == [1 << 2])
    #expect(throws: EdgeError.outOfOrder) {
      try driver.push(ComparatorEdge(tick: 327, channel: 3, isHigh: true), into: &frame)
    }
    #expect(driver.advance(to: 656, into: &frame) && frame == [0])
  }
}
