import Foundation
import Testing

@testable import Dormouse
@testable import DormouseModel

@Suite("MFCC front end") struct MfccTests {
  static func ear(_ settings: MfccSettings) throws -> Ear {
    let section = try MfccDesign(settings).section
    let record = try section.withUnsafeBytes {
      try LogMelRecord.validated(section: $0.baseAddress!, length: $0.count, offset: 0)
    }
    return Ear(section: section, record: record)
  }

  /// The definition, sum by sum, in floating point: real coefficients.
  static func reference(_ samples: ArraySlice<Int16>, _ settings: MfccSettings) -> [Double] {
    let count = Double(samples.count)
    let windowed = samples.enumerated().map {
      Double($1) / Double(settings.fullScale) * pow(sin(.pi * Double($0) / count), 2)
    }
    let length = settings.fftLength
    let magnitudes = (0...length / 2).map { bin -> Double in
      var (re, im) = (0.0, 0.0)
      for (n, x) in windowed.enumerated() {
        re += x * cos(2 * .pi * Double(bin * n % length) / Double(length))
        im += x * sin(2 * .pi * Double(bin * n % length) / Double(length))
      }
      return (re * re + im * im).squareRoot()
    }
    func mel(_ frequency: Double) -> Double { 1127 * log(1 + frequency / 700) }
    let low = mel(Double(settings.lowFrequency))
    let spacing = (mel(Double(settings.highFrequency)) - low) / Double(settings.bands + 1)
    let levels = (0..<settings.bands).map { band in
      let center = low + Double(band + 1) * spacing
      var sum = 1e-6
      for (bin, magnitude) in magnitudes.enumerated().dropFirst() {
        let position = mel(Double(bin * settings.sampleRate) / Double(length))
        sum += magnitude * max(0, 1 - abs(position - center) / spacing)
      }
      return log(sum)
    }
    return (0..<settings.coefficients).map { k in
      let terms = levels.enumerated().map {
        $1 * cos(.pi * Double(k) * (Double($0) + 0.5) / Double(settings.bands))
      }
      return terms.reduce(0, +) * (2 / Double(settings.bands)).squareRoot()
    }
  }

  @Test(arguments: [30, 1000, 32000] as [Int16]) func coefficientsFollowTheDefinition(peak: Int16) throws {
    let settings = MfccSettings()
    let samples = LogMelTests.noise(1440, peak: peak)
    let frames = try MfccTests.ear(settings).frames(samples)
    #expect(frames.count == 4 && frames[0].count == 10)
    for (index, frame) in frames.enumerated() {
      let expected = MfccTests.reference(samples[320 * index..<320 * index + 480], settings)
      for (found, value) in zip(frame, expected) {
        let feature = min(max((value / settings.scale + Double(settings.zeroPoint)).rounded(), -128), 127)
        #expect(abs(Double(found) - feature) <= 1, "frame \(index)")
      }
    }
  }

  @Test func chunkSizesMakeNoDifference() throws {
    let ear = try MfccTests.ear(MfccSettings())
    let samples = LogMelTests.noise(16000)
    let whole = ear.frames(samples)
    #expect(whole.count == 49)
    for chunks in [[1], [7], [319, 320, 321], [481]] { #expect(ear.frames(samples, chunks: chunks) == whole) }
  }

  @Test func settingsSurviveJSONAndWrongOnesAreNamed() throws {
    var settings = MfccSettings()
    settings.coefficients = 13
    settings.fullScale = 20000
    #expect(try FrontEndSettings(json: JSONEncoder().encode(settings)) == .mfcc(settings))
    for (json, said) in [
      (#"{"kind": "mfcc", "coefficients": 33}"#, "coefficients is 33"),
      (#"{"kind": "mfcc", "scale": 0}"#, "scale is 0"),
      (#"{"kind": "mfcc", "full_scale": 0}"#, "full_scale is 0"), (#"{"kind": "mfcc", "bands": 90}"#, "bands is 90"),
      (#"{"kind": "mfcc", "scale": "1"}"#, "must be a number"), (#"{"kind": "mfcc", "origin": 1}"#, "unknown key"),
    ] {
      let error = #expect(throws: LogMelSettings.Problem.self) {
        _ = try FrontEndSettings(json: Data(json.utf8)).section()
      }
      #expect("\(try #require(error))".contains(said))
    }
  }

  @Test func brokenSectionsAreNamed() throws {
    let section = try MfccDesign(MfccSettings()).section
    let record = try MfccTests.ear(MfccSettings()).record
    let extra = Int(record.extraTable)
    let cases: [(Int, UInt32, ImageError.Reason)] = [
      (52, 66, .misaligned), (52, 0, .outOfBounds), (52, 0xFFFF_FFF0, .outOfBounds), (56, 0, .badCount),
      (56, 33, .badCount), (60, 1, .reservedNotZero), (extra + 4, 1, .reservedNotZero),
      (52, UInt32(extra + 32), .outOfBounds),
    ]
    for (offset, value, expected) in cases {
      let found = LogMelValidationTests.reason(LogMelValidationTests.patched(section, offset, value))
      #expect(found == expected, "field at \(offset) = \(value)")
    }
    for length in 0..<extra + 16 + 800 { #expect(LogMelValidationTests.reason(section, length: length) != nil) }
  }

  @Test func mutatedSectionsThatPassStillGiveFrames() throws {
    LogMelValidationTests.checkFramesOfMutations(of: try MfccDesign(MfccSettings()).section, accepted: 100, seed: 2)
  }
}
