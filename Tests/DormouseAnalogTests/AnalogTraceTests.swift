import Dormouse
import DormouseModel
import Foundation
import Testing

@testable import DormouseAnalog

@Suite("Analog simulation") struct AnalogTraceTests {
  private func board(_ channels: Int = 8) throws -> AnalogBoard {
    var settings = AnalogBinarySettings()
    settings.channels = channels
    return try AnalogBoard(realising: settings)
  }

  /// A tone of `frequency` Hz between two silences.
  private func burst(_ frequency: Double, amplitude: Double) -> [Int16] {
    (0..<8000).map { index in
      let isOn = index >= 2000 && index < 5000
      return isOn ? Int16(amplitude * 32767 * sin(2 * .pi * frequency * Double(index) / 16000)) : 0
    }
  }

  @Test func aToneRaisesItsChannelOnceAndLetsItFall() throws {
    let board = try board()
    let channel = board.channels[3]
    let trace = try AnalogTrace(board, hearing: burst(channel.centre, amplitude: 0.3))
    let edges = trace.edges.filter { $0.channel == 3 }
    #expect(edges.map(\.isHigh) == [true, false])
    // The tone lasts from tick 4096 to 10240; then the envelope, charged to the supply at most, falls below the threshold.
    let settings = board.settings
    let fall = log(settings.supply / (settings.bank[3].threshold - settings.hysteresis)) * settings.decayMilliseconds
    #expect(edges[0].tick > 4096 && edges[0].tick < 4096 + 200)
    #expect(edges[1].tick > 10240 && Double(edges[1].tick) < 10240 + (fall + 5) * 32.768)
  }

  @Test func edgesAndBitsSayTheSame() throws {
    let board = try board(16)
    let trace = try AnalogTrace(board, hearing: burst(700, amplitude: 0.2))
    #expect(zip(trace.edges, trace.edges.dropFirst()).allSatisfy { $0.tick <= $1.tick })
    #expect(trace.frames.count == 50)
    var levels = [Bool](repeating: false, count: 16)
    var expected = [UInt32](repeating: 0, count: 50)
    var next = 0
    for tick in 0..<16384 {
      var touched = levels
      while next < trace.edges.count, trace.edges[next].tick == tick {
        let channel = Int(trace.edges[next].channel)
        levels[channel] = trace.edges[next].isHigh
        if levels[channel] { touched[channel] = true }
        next += 1
      }
      for channel in 0..<16 where touched[channel] { expected[tick * 100 / 32768] |= 1 << UInt32(channel) }
    }
    #expect(trace.frames.map { $0[0] } == expected)
    #expect(expected.contains { $0 != 0 })
  }

  @Test func noiseMakesComparatorsChatterAndTheSeedSaysHow() throws {
    var board = try board()
    let quiet = try AnalogTrace(board, hearing: burst(600, amplitude: 0.05))
    board.noise = 0.02
    let first = try AnalogTrace(board, hearing: burst(600, amplitude: 0.05), seed: 1)
    let again = try AnalogTrace(board, hearing: burst(600, amplitude: 0.05), seed: 1)
    let other = try AnalogTrace(board, hearing: burst(600, amplitude: 0.05), seed: 2)
    #expect(first.edges == again.edges && first.edges != other.edges)
    #expect(first.edges.count > quiet.edges.count)
  }

  @Test func brokenEdgeListsAreRefusedWithTheEdge() throws {
    let settings = try board().settings
    let up = ComparatorEdge(tick: 100, channel: 2, isHigh: true)
    func refusal(_ edges: [ComparatorEdge]) -> String {
      do {
        _ = try AnalogTrace.frames(edges, settings, windows: 3)
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(refusal([up]) == "accepted")
    #expect(refusal([up, up]) == "edge 1, channel 2 at tick 100: the comparator is high already; an edge was lost")
    #expect(refusal([up, ComparatorEdge(tick: 99, channel: 3, isHigh: true)]).contains("edge 1, channel 3"))
    #expect(refusal([ComparatorEdge(tick: 5, channel: 8, isHigh: true)]).contains("no such channel"))
    #expect(refusal([ComparatorEdge(tick: 5, channel: 0, isHigh: false)]).contains("low already"))
  }
}
