import Foundation
import Testing

@testable import DormouseAudio

@Suite("Resampler of microphones") struct PolyphaseResamplerTests {
  /// A sine of half full scale, converted in blocks of an odd size.
  private func converted(_ frequency: Double, from source: Int, to target: Int, seconds: Double = 0.5) -> [Float] {
    let input = (0..<Int(seconds * Double(source))).map { index in
      Float(0.5 * sin(2 * .pi * frequency * Double(index) / Double(source)))
    }
    let block = 311
    let resampler = PolyphaseResampler(from: source, to: target, largestBlock: block)
    var output: [Float] = []
    let room = UnsafeMutablePointer<Float>.allocate(capacity: resampler.largestOutput(block))
    defer { room.deallocate() }
    var taken = 0
    while taken < input.count {
      let count = min(block, input.count - taken)
      let written = input.withUnsafeBufferPointer {
        resampler.process($0.baseAddress! + taken, count: count, into: room)
      }
      #expect(written <= resampler.largestOutput(count))
      output += UnsafeBufferPointer(start: room, count: written)
      taken += count
    }
    return output
  }

  /// Without the edges, where the sine begins and ends.
  private func loudness(_ samples: [Float]) -> Double {
    let middle = samples.dropFirst(2000).dropLast(500)
    return (middle.reduce(0) { $0 + Double($1 * $1) } / Double(middle.count)).squareRoot()
  }

  static let sources = [8000, 11025, 22050, 32000, 44056, 44100, 48000, 96000, 192_000]

  @Test(arguments: sources.filter { $0 != 44056 }) func aToneStaysWhereAndWhatItIs(source: Int) {
    let output = converted(1000, from: source, to: 16000)
    let expected = (0..<output.count).map { Float(0.5 * sin(2 * .pi * 1000 * Double($0) / 16000)) }
    let allowed = 1e-4
    #expect(loudness(zip(output, expected).map { $0 - $1 }) < allowed * 0.5)
  }

  @Test(arguments: [32000, 44100, 48000, 96000]) func trebleThatCannotBeHeardIsNotFoldedIntoSpeech(source: Int) {
    for frequency in [8500.0, 9000, 12000, 15500] {
      #expect(loudness(converted(frequency, from: source, to: 16000)) < 0.35 * 2e-4, "\(frequency) Hz")
    }
  }

  @Test(arguments: [32000, 44100, 48000]) func theHighestBandIsNotDimmed(source: Int) {
    #expect(abs(loudness(converted(7600, from: source, to: 16000)) / 0.5 * 2.squareRoot() - 1) < 0.01)
  }

  @Test(arguments: sources) func nothingIsLostOverTime(source: Int) {
    let output = converted(100, from: source, to: 16000, seconds: 3)
    let resampler = PolyphaseResampler(from: source, to: 16000, largestBlock: 1)
    let expected = 3 * 16000 - resampler.delay * 16000 / source
    // 44056 Hz is not a ratio of small numbers, and taken for the nearest one.
    #expect(abs(output.count - expected) <= (source == 44056 ? 25 : 2))
  }
}
