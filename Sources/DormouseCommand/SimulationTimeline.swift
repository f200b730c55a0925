import DormouseEnergy
import Foundation

extension SimulationReport.Timeline {
  /// Power over a recording, hop by hop: what the device does in each, averaged over it.
  ///
  /// A hop has its frame; one in which an inference starts has that too, spread over as many hops as it takes.
  init(_ simulation: Simulation, sound: SimulatedSound) throws {
    let work = simulation.forecast.work
    var typical = Typical()
    let point = try OperatingPoint(
      simulation.device, clock: simulation.forecast.clock, parts: simulation.parts, ram: work.ram, &typical)
    let hop = Int((work.hop * Double(sound.rate)).rounded())
    let hops = sound.samples.count / hop
    let hertz = point.clock * 1e6
    // Seconds of running core in each hop.
    var busy = [Double](repeating: 0, count: hops)
    var verified: [Int] = []
    var detected: [Int] = []
    func spread(_ seconds: Double, from hop: Int) {
      var left = seconds
      var place = hop
      while left > 0, place < hops {
        let part = min(left, max(0, work.hop - busy[place]))
        busy[place] += part
        left -= part
        place += 1
      }
    }
    var edges = [Int](repeating: 0, count: hops)
    var hears = [Bool](repeating: true, count: hops)
    if simulation.parts.interface == .edges {
      let heard = try sound.bank(simulation.model)
      for edge in heard.trace.edges {
        edges[min(Int(Double(edge.tick) / 32768 / work.hop), hops - 1)] += 1
      }
      let context = Int(simulation.model.image.program.context)
      for place in 0..<hops {
        let frames = heard.trace.frames[max(0, place - context + 1)...min(place, heard.trace.frames.count - 1)]
        hears[place] = frames.contains { $0.contains { $0 != 0 } }
      }
    }
    for place in 0..<hops {
      spread(((hears[place] ? work.frame : 0) + Double(edges[place]) * work.edge) / hertz, from: place)
    }
    for inference in try sound.inferences(simulation.model) {
      let place = min(inference.at / hop, hops - 1)
      if inference.detected { detected.append(place) }
      guard hears[place] else { continue }
      spread((work.inference + (inference.verified ? work.verifier : 0)) / hertz, from: place)
      if inference.verified { verified.append(place) }
    }
    let steady = point.microphone.listening + point.bank
    powerUw = (0..<hops).map { place in
      let share = min(busy[place] / work.hop, 1)
      let wakes = simulation.parts.interface == .edges ? Double(edges[place]) : 1
      return 1e6
        * (steady + share * point.active + (1 - share) * point.acquiring + wakes * point.wake / work.hop)
    }
    waveform = (0..<hops).map { place in
      let part = sound.samples[(place * hop)..<((place + 1) * hop)]
      return [Int(part.min() ?? 0), Int(part.max() ?? 0)]
    }
    stepMs = work.hop * 1000
    self.verified = verified
    self.detected = detected
  }
}
