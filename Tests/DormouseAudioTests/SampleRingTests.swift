import Foundation
import Testing

@testable import DormouseAudio

@Suite("Sample ring") struct SampleRingTests {
  @Test func whatDoesNotFitIsNotWritten() {
    let ring = SampleRing(capacity: 8)
    let samples = (0..<12).map(Int16.init)
    #expect(ring.write(samples, count: 12, capturedAt: 1) == 8)
    #expect(ring.write(samples, count: 1, capturedAt: 1) == 0)
    let output = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 16)
    defer { output.deallocate() }
    #expect(ring.read(into: output) == 8)
    #expect(Array(output[0..<8]) == Array(samples[0..<8]))
    #expect(ring.read(into: output) == 0)
  }

  @Test func theTimeOfTheSampleReadLastFollowsFromThatOfTheNewest() {
    let ring = SampleRing(capacity: 1024)
    let samples = [Int16](repeating: 0, count: 480)
    _ = ring.write(samples, count: 480, capturedAt: 100)
    let output = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 160)
    defer { output.deallocate() }
    _ = ring.read(into: output)
    #expect(abs(ring.captureTime(sampleRate: 16000) - 99.98) < 1e-9)
  }

  /// Writer and reader with blocks of odd sizes, each as fast as it can.
  @Test func twoThreadsHandOverEverySampleInOrder() {
    let ring = SampleRing(capacity: 256)
    let total = 400_000
    let writer = Thread {
      var next = 0
      var block = [Int16](repeating: 0, count: 97)
      while next < total {
        let count = min(97, total - next)
        for index in 0..<count { block[index] = Int16(truncatingIfNeeded: next + index) }
        let written = ring.write(block, count: count, capturedAt: Double(next))
        next += written
        if written == 0 { sched_yield() }
      }
    }
    writer.start()
    let output = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 61)
    defer { output.deallocate() }
    var heard = 0
    var wrong = 0
    while heard < total {
      let count = ring.read(into: output)
      for index in 0..<count where output[index] != Int16(truncatingIfNeeded: heard + index) { wrong += 1 }
      heard += count
      if count == 0 { sched_yield() }
    }
    #expect(wrong == 0)
    #expect(ring.count == 0)
  }
}
