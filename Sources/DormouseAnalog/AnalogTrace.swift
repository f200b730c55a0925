import Dormouse
import DormouseModel
import Foundation

/// What a board hands to its microcontroller: edges of comparators, and the frames they make.
public struct AnalogTrace: Sendable {
  /// In order of time.
  public let edges: [ComparatorEdge]
  /// Packed bits, a frame a window.
  public let frames: [[UInt32]]

  /// Simulates `board` over a recording.
  ///
  /// - Parameters:
  ///   - samples: at the board's sample rate.
  ///   - seed: of the comparators' noise.
  public init(_ board: AnalogBoard, hearing samples: [Int16], seed: UInt64 = 0) throws {
    try board.check()
    let settings = board.settings
    let interpolator = Interpolator()
    var channels = settings.bank.enumerated().map { index, channel in
      AnalogChannelSimulation(channel, settings, noise: board.noise, seed: seed &+ UInt64(index))
    }
    let tick = AnalogBinarySettings.timestampRate / Double(settings.sampleRate * Interpolator.factor)
    var found: [(time: Double, edge: ComparatorEdge)] = []
    var points: [Double] = []
    // Blocks bound the memory; a channel's state carries over.
    for start in stride(from: 0, to: samples.count, by: 4096) {
      interpolator.interpolate(samples, start..<min(start + 4096, samples.count), into: &points)
      for index in channels.indices {
        channels[index].hear(points) { time, isHigh in
          let exact = max((Double(start * Interpolator.factor) + time) * tick, 0)
          let edge = ComparatorEdge(
            tick: UInt32(truncatingIfNeeded: Int(exact)), channel: UInt8(index), isHigh: isHigh)
          found.append((exact, edge))
        }
      }
    }
    // A stable order, also of edges at the same time.
    edges = found.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(
      \.element.edge)
    frames = try AnalogTrace.frames(edges, settings, windows: samples.count / settings.window)
  }

  /// The frames that a list of edges makes, by the device's own driver.
  ///
  /// - Parameter windows: how many; edges after the last are left out, once checked.
  /// - Throws: `AnalogError`: which edge is out of order, lost or of no channel.
  public static func frames(
    _ edges: [ComparatorEdge], _ settings: AnalogBinarySettings, windows: Int
  ) throws -> [[UInt32]] {
    let record = FrontEndShape.record(try AnalogBinaryDesign(settings).section)
    var driver = ComparatorEdges(record)
    var frame = [UInt32](repeating: 0, count: driver.words)
    var frames: [[UInt32]] = []
    for (index, edge) in edges.enumerated() {
      do throws(EdgeError) {
        while try driver.push(edge, into: &frame) { if frames.count < windows { frames.append(frame) } }
      } catch {
        throw AnalogError("edge \(index), channel \(edge.channel) at tick \(edge.tick): " + error.plainWords(edge))
      }
    }
    let last = UInt32(
      truncatingIfNeeded: (windows * settings.window * 32768 + settings.sampleRate - 1) / settings.sampleRate)
    while frames.count < windows, driver.advance(to: last, into: &frame) { frames.append(frame) }
    return frames
  }

  /// The frames that the device computes from the samples, in fixed point.
  public static func emulated(_ samples: [Int16], _ settings: AnalogBinarySettings) throws -> [[UInt32]] {
    let section = try AnalogBinaryDesign(settings).section
    let record = FrontEndShape.record(section)
    let length = AnalogBinary.stateLength(record) + AnalogBinary.scratchLength
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: length + section.count, alignment: 16)
    defer { memory.deallocate() }
    guard let base = memory.baseAddress else { return [] }
    let place = base + length
    place.copyMemory(from: section, byteCount: section.count)
    var frontEnd = AnalogBinary(section: UnsafeRawPointer(place), state: base)
    var frame = [UInt32](repeating: 0, count: AnalogBinary.words(record))
    var frames: [[UInt32]] = []
    samples.withUnsafeBufferPointer { samples in
      var taken = 0
      while taken < samples.count {
        let step = frontEnd.push(
          samples, from: taken, into: &frame, scratch: base + AnalogBinary.stateLength(record))
        taken += step.consumed
        if step.frameReady { frames.append(frame) }
      }
    }
    return frames
  }
}

extension FrontEndShape {
  fileprivate static func record(_ section: [UInt8]) -> AnalogBinaryRecord {
    section.withUnsafeBytes { $0.loadUnaligned(as: AnalogBinaryRecord.self) }
  }
}

extension EdgeError {
  fileprivate func plainWords(_ edge: ComparatorEdge) -> String {
    switch self {
    case .noSuchChannel: "the bank has no such channel"
    case .outOfOrder: "it comes before an edge that was listed before it; sort the list by tick"
    case .lostEdge: "the comparator is \(edge.isHigh ? "high" : "low") already; an edge was lost"
    }
  }
}
