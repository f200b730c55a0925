import Dormouse
import DormouseModel
import Foundation

extension AnalogBinarySettings {
  /// The bank that a model's image means, with an assumed supply and sensitivity: those of the defaults.
  ///
  /// An image holds what the device computes; a board with these settings does the same. Of gain and threshold only the
  /// quotient is in the image; the gain follows from where the rectifier clips.
  ///
  /// - Parameter section: a validated front-end section whose kind is `AnalogBinaryRecord.analogBinary`.
  public init(section: UnsafeRawPointer) {
    self.init()
    let record = section.load(as: AnalogBinaryRecord.self)
    let table = section + Int(record.channelTable)
    let rate = Double(record.sampleRate)
    sampleRate = Int(record.sampleRate)
    channels = Int(record.channels)
    windowMilliseconds = Int(record.window) * 1000 / sampleRate
    func milliseconds(_ share: Int32) -> Double { -1000 / (rate * log1p(-Double(share) / exp2(31))) }
    attackMilliseconds = milliseconds(record.attack)
    decayMilliseconds = milliseconds(record.decay)
    let stepsPerVolt = AnalogBinaryDesign.stepsPerVolt(self)
    var hystereses: [Double] = []
    centres = []
    qualities = []
    gains = []
    thresholds = []
    for index in 0..<channels {
      let channel = (table + index * MemoryLayout<AnalogChannelRecord>.size).load(as: AnalogChannelRecord.self)
      // Poles of an impulse-invariant filter: radius exp(-w T / 2 Q), angle w T sqrt(1 - 1 / 4 Q^2).
      let radius = (-Double(channel.r2) / exp2(30)).squareRoot()
      let decay = -log(radius)
      let angle = acos(min(max(Double(channel.r1) / exp2(31) / radius, -1), 1))
      let turn = (angle * angle + decay * decay).squareRoot()
      let gain = supply * stepsPerVolt / Double(channel.clip)
      centres?.append(turn * rate / (2 * .pi))
      qualities?.append(turn / (2 * decay))
      gains?.append(gain)
      thresholds?.append(Double(channel.on) * gain / stepsPerVolt)
      hystereses.append(Double(channel.on - channel.off) * gain / stepsPerVolt)
    }
    hysteresis = hystereses.min() ?? hysteresis
  }
}
