import DormouseModel
import Foundation

/// One channel of the board at work, in double precision, in steps of `Interpolator.factor` a sample.
///
/// The filter is the bilinear transform of the analog one, exact at its centre; at 16 steps a sample the rest of its
/// response is within 0.1 dB up to Nyquist. The envelope's exponentials are exact for a constant input. An edge's
/// time is where a straight line between two steps crosses the threshold.
struct AnalogChannelSimulation {
  private let b: Double
  private let a1: Double
  private let a2: Double
  private let gain: Double
  private let supply: Double
  private let attack: Double
  private let decay: Double
  private let on: Double
  private let off: Double
  private let noise: Double
  private var random: RandomSequence
  private var input = (0.0, 0.0)
  /// The filter's last two outputs, in volts, newest first.
  private(set) var output = (0.0, 0.0)
  private(set) var envelope = 0.0
  private var compared = 0.0
  private(set) var isHigh = false

  init(_ channel: AnalogBinarySettings.Channel, _ settings: AnalogBinarySettings, noise: Double, seed: UInt64) {
    let rate = Double(settings.sampleRate * Interpolator.factor)
    let k = tan(.pi * channel.centre / rate)
    let norm = 1 / (1 + k / channel.quality + k * k)
    b = k / channel.quality * norm * settings.fullScale
    a1 = 2 * (k * k - 1) * norm
    a2 = (1 - k / channel.quality + k * k) * norm
    gain = channel.gain
    supply = settings.supply
    attack = -expm1(-1000 / (settings.attackMilliseconds * rate))
    decay = -expm1(-1000 / (settings.decayMilliseconds * rate))
    on = channel.threshold
    off = channel.threshold - settings.hysteresis
    self.noise = noise
    random = RandomSequence(seed: seed)
  }

  /// Hears points of sound; calls `edge` with the time of each edge, in steps from the first point, and the new level.
  mutating func hear(_ points: [Double], edge: (_ time: Double, _ isHigh: Bool) -> Void) {
    for (step, point) in points.enumerated() {
      let filtered = b * (point - input.1) - a1 * output.0 - a2 * output.1
      input = (point, input.0)
      output = (filtered, output.0)
      let drive = min(max(gain * filtered, 0), supply)
      envelope += drive > envelope ? attack * (drive - envelope) : -decay * envelope
      let before = compared
      compared = noise > 0 ? envelope + noise * random.normal() : envelope
      guard isHigh ? compared < off : compared >= on else { continue }
      let threshold = isHigh ? off : on
      isHigh.toggle()
      let share = compared == before ? 1 : (threshold - before) / (compared - before)
      edge(Double(step) - 1 + min(max(share, 0), 1), isHigh)
    }
  }
}
