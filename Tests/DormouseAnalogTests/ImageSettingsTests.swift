import DormouseAnalog
import DormouseModel
import Testing

@Suite("Analog boards of images") struct ImageSettingsTests {
  @Test(arguments: [8, 16, 32, 64]) func aBankIsReadBackFromTheSectionThatItWasWrittenTo(channels: Int) throws {
    var settings = AnalogBinarySettings()
    settings.channels = channels
    settings.thresholds = (0..<channels).map { 0.2 + 0.004 * Double($0) }
    let section = try AnalogBinaryDesign(settings).section
    let read = section.withUnsafeBytes { AnalogBinarySettings(section: $0.baseAddress!) }
    #expect(read.channels == channels && read.sampleRate == 16000 && read.windowMilliseconds == 10)
    #expect(abs(read.attackMilliseconds - 0.5) < 1e-6 && abs(read.decayMilliseconds - 10) < 1e-4)
    #expect(abs(read.hysteresis - 0.005) < 1e-5)
    for (found, wanted) in zip(read.bank, settings.bank) {
      #expect(abs(found.centre / wanted.centre - 1) < 1e-5)
      #expect(abs(found.quality / wanted.quality - 1) < 1e-5)
      #expect(abs(found.gain / wanted.gain - 1) < 1e-5)
      #expect(abs(found.threshold / wanted.threshold - 1) < 1e-5)
    }
  }
}
