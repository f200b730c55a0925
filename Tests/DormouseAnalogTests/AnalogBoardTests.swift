import DormouseModel
import Foundation
import Testing

@testable import DormouseAnalog

@Suite("Analog board") struct AnalogBoardTests {
  @Test func e96IsTheStandardSeries() {
    #expect(StandardValues.e96.count == 96)
    // The first, some that are often mistyped, and the last of IEC 60063.
    for value in [100.0, 102, 105, 191, 316, 475, 499, 845, 953, 976] { #expect(StandardValues.e96.contains(value)) }
    #expect(StandardValues.resistor(nearest: 47_200) == 47_500)
    #expect(StandardValues.resistor(nearest: 995_000) == 1_000_000)
    #expect(StandardValues.resistor(nearest: 9.9) == 10)
  }

  @Test(arguments: [0.002, 0.05, 0.25, 0.5, 0.61, 0.9, 0.995]) func dividersMeetTheirShare(share: Double) {
    let pair = StandardValues.divider(share: share)
    #expect(abs(pair.bottom / (pair.top + pair.bottom) / share - 1) < 0.01)
  }

  @Test(arguments: [8, 16, 32, 64]) func standardPartsComeNearTheWantedValues(channels: Int) throws {
    var settings = AnalogBinarySettings()
    settings.channels = channels
    let board = try AnalogBoard(realising: settings)
    for (wanted, real) in zip(settings.bank, board.settings.bank) {
      // Half a step of E96 is 1.2 %, or 1.5 % where three digits round it up.
      #expect(abs(real.centre / wanted.centre - 1) < 0.015)
      #expect(abs(real.quality / wanted.quality - 1) < 0.015)
      #expect(abs(real.gain / wanted.gain - 1) < 0.015)
      #expect(abs(real.threshold / wanted.threshold - 1) < 0.01)
    }
    let count = BillOfMaterials(board).lines.filter { $0.part == "comparator" }.reduce(0) { $0 + $1.count }
    #expect(count == channels)
  }

  @Test func boardsSurviveJSON() throws {
    let board = try AnalogBoard(realising: AnalogBinarySettings())
    #expect(try AnalogBoard(json: JSONEncoder().encode(board)) == board)
  }

  @Test func drawnBoardsStayWithinTheirTolerance() throws {
    let board = try AnalogBoard(realising: AnalogBinarySettings())
    var tolerances = Tolerances()
    tolerances.offset = 0.063
    let drawn = board.drawn(tolerances, seed: 3)
    #expect(drawn == board.drawn(tolerances, seed: 3) && drawn != board.drawn(tolerances, seed: 4))
    try drawn.check()
    for (ideal, real) in zip(board.channels, drawn.channels) {
      #expect(abs(real.filterResistor / ideal.filterResistor - 1) <= 0.01)
      #expect(abs(real.filterCapacitor / ideal.filterCapacitor - 1) <= 0.05 || real.centre > 7800)
    }
    let offsets = drawn.channels.map { $0.offset ?? 0 }
    let deviation = (offsets.map { $0 * $0 }.reduce(0, +) / 64).squareRoot()
    #expect(deviation > 0.04 && deviation < 0.09)
  }

  @Test func impossibleBoardsAreRefusedInPlainWords() throws {
    var board = try AnalogBoard(realising: AnalogBinarySettings())
    board.amplifierBandwidth = 1e7
    func refusal(_ change: (inout AnalogBoard) -> Void) -> String {
      var changed = board
      change(&changed)
      do {
        _ = try AnalogBoard(json: JSONEncoder().encode(changed))
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(refusal { $0.channels[3].filterResistor = 0 }.contains("channel 3: filter_ohm is 0"))
    #expect(refusal { $0.channels[3].qualityResistor = -1 }.contains("quality_ohm is -1"))
    #expect(refusal { $0.amplifierBandwidth = 1e5 }.contains("asks for amplifiers of"))
    #expect(refusal { $0.channels[62].filterCapacitor /= 2 }.contains("not below Nyquist"))
    #expect(refusal { $0.channels[50].qualityResistor *= 100 }.contains("lower q"))
    #expect(refusal { $0.channels[0].qualityResistor *= 20 }.contains("too high for the timestamp"))
    #expect(refusal { $0.channels[0].offset = -1 }.contains("outside the supply"))
    #expect(refusal { $0.channels[0].offset = 2 }.contains("outside the supply"))
    #expect(refusal { $0.channels.removeLast() }.contains("channels is 63"))
    #expect(refusal { $0.windowMilliseconds = 20 }.contains("10 or 25"))
  }

  @Test func filesThatAreNoBoardsAreRefused() {
    func refusal(_ text: String) -> String {
      do {
        _ = try AnalogBoard(json: Data(text.utf8))
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(refusal("[]").contains("expected a JSON object"))
    #expect(refusal(#"{"kind": "analog-board"}"#).contains("lacks"))
    #expect(refusal(#"{"kind": "analog-board", "chanels": []}"#).contains("unknown key 'chanels'"))
    #expect(refusal(#"{"kind": "log-mel"}"#).contains("not 'analog-binary'"))
    #expect(refusal(#"{"channels": 8}"#) == "accepted")
  }
}
