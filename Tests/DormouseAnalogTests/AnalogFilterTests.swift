import DormouseModel
import Foundation
import Testing

@testable import DormouseAnalog

@Suite("Simulated filters") struct AnalogFilterTests {
  /// The response at each frequency, in decibels, by the Fourier transform of the response to one pulse.
  private func response(_ channel: AnalogBinarySettings.Channel, at frequencies: [Double]) -> [Double] {
    var settings = AnalogBinarySettings()
    settings.fullScale = 1
    var simulation = AnalogChannelSimulation(channel, settings, noise: 0, seed: 0)
    let rate = 256_000.0
    // Until it has rung to below a millionth.
    let count = Int(5 * channel.quality / channel.centre * rate) + 1000
    let pulse = (0..<count).map { index in
      simulation.hear([index == 0 ? 1 : 0]) { _, _ in }
      return simulation.output.0
    }
    return frequencies.map { frequency in
      let step = 2 * .pi * frequency / rate
      let sum = pulse.enumerated().reduce((0.0, 0.0)) { sum, point in
        (sum.0 + point.1 * cos(step * Double(point.0)), sum.1 + point.1 * sin(step * Double(point.0)))
      }
      return 10 * log10(sum.0 * sum.0 + sum.1 * sum.1)
    }
  }

  @Test(arguments: [8, 64]) func theyFollowTheAnalogOnesToATenthOfADecibel(channels: Int) throws {
    var settings = AnalogBinarySettings()
    settings.channels = channels
    let board = try AnalogBoard(realising: settings)
    for index in [0, channels / 2, channels - 1] {
      let channel = board.settings.bank[index]
      let frequencies = [0.25, 0.5, 0.8, 0.97, 1, 1.03, 1.3, 2, 5].map { $0 * channel.centre }.filter { $0 <= 8000 }
      for (frequency, decibels) in zip(frequencies, response(channel, at: frequencies)) {
        let detuning = channel.quality * (frequency / channel.centre - channel.centre / frequency)
        let expected = -10 * log10(1 + detuning * detuning)
        #expect(abs(decibels - expected) < 0.1, "channel \(index) at \(frequency) Hz")
      }
    }
  }
}
