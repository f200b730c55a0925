import Foundation
import Testing

@testable import Dormouse

/// The transform against the sum that defines it, in floating point.
@Suite("Real transform") struct RealTransformTests {
  struct Pairs: SamplePairs {
    let samples: [Int32]
    func pair(_ index: Int) -> (Int32, Int32) { (samples[2 * index], samples[2 * index + 1]) }
  }

  static func spectrum(_ samples: [Int32]) -> [Int32] {
    var output = [Int32](repeating: 0, count: samples.count)
    output.withUnsafeMutableBufferPointer {
      RealTransform(length: samples.count).transform(Pairs(samples: samples), into: $0.baseAddress!)
    }
    return output
  }

  /// Largest error of any part of any bin, in units of the output.
  static func error(_ samples: [Int32]) -> Double {
    let length = samples.count
    let scale = pow(2, -Double(RealTransform.halvings(length: length)))
    let output = spectrum(samples)
    let cosines = (0..<length).map { cos(2 * .pi * Double($0) / Double(length)) }
    var worst = 0.0
    for bin in 1..<length / 2 {
      var (re, im) = (0.0, 0.0)
      for (n, x) in samples.enumerated() {
        re += Double(x) * cosines[bin * n % length]
        im += Double(x) * cosines[(bin * n + length / 4) % length]
      }
      worst = max(worst, abs(Double(output[2 * bin]) - scale * re), abs(Double(output[2 * bin + 1]) - scale * im))
    }
    return worst
  }

  /// Units of the output, as documented.
  static func precision(_ length: Int) -> Double { length == 1024 ? 48 : 24 }

  static func peak(_ length: Int) -> Int32 { length == 256 ? 1 << 26 : 1 << 25 }

  @Test(arguments: [256, 512, 1024]) func noiseComesOutWithinItsPrecision(length: Int) {
    let peak = RealTransformTests.peak(length)
    var generator = TestGenerator(1)
    for shift in [0, 8, 16, 24] as [Int32] {
      let samples = (0..<length).map { _ in Int32.random(in: -peak...peak, using: &generator) >> shift }
      #expect(RealTransformTests.error(samples) < RealTransformTests.precision(length))
    }
  }

  @Test(arguments: [256, 512, 1024]) func everySinusoidComesOutWithinItsPrecision(length: Int) {
    let peak = Double(RealTransformTests.peak(length) - 1)
    for bin in [1.0, 2, 3, 17.5, Double(length / 8), Double(length / 4), Double(length / 2 - 1)] {
      let samples = (0..<length).map { Int32(peak * sin(2 * .pi * bin * Double($0) / Double(length) + 0.3)) }
      #expect(RealTransformTests.error(samples) < RealTransformTests.precision(length))
    }
  }

  @Test(arguments: [256, 512, 1024]) func impulsesOfBothSignsReachEveryBin(length: Int) {
    let peak = RealTransformTests.peak(length)
    for position in [0, 1, 2, 3, length / 2, length / 2 + 1, length - 1] {
      for value in [peak, -peak] {
        var samples = [Int32](repeating: 0, count: length)
        samples[position] = value
        #expect(RealTransformTests.error(samples) < RealTransformTests.precision(length))
      }
    }
  }

  @Test(arguments: [256, 512, 1024]) func fullScaleUnderAHannWindowDoesNotOverflow(length: Int) {
    let peak = Double(RealTransformTests.peak(length))
    for period in [1, 2, 3, 7, 64, length] {
      for sign in [1.0, -1.0] {
        let samples = (0..<length).map { n -> Int32 in
          let window = pow(sin(.pi * (Double(n) + 0.5) / Double(length)), 2)
          return Int32(sign * peak * window * (n / period % 2 == 0 ? 1 : -1))
        }
        #expect(RealTransformTests.error(samples) < RealTransformTests.precision(length))
      }
    }
  }

  @Test(arguments: [256, 512, 1024]) func silenceStaysWithinItsPrecision(length: Int) {
    #expect(RealTransformTests.error([Int32](repeating: 0, count: length)) < RealTransformTests.precision(length))
  }

  @Test(arguments: [256, 512, 1024]) func anyInputWrapsInsteadOfTrapping(length: Int) {
    var generator = TestGenerator(1)
    for _ in 0..<50 {
      let samples = (0..<length).map { _ in
        [Int32.min, Int32.max, Int32.random(in: .min ... .max, using: &generator)].randomElement(using: &generator)!
      }
      #expect(RealTransformTests.spectrum(samples).count == length)
    }
  }
}
