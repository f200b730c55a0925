/// Whether a core keeps up with the sound: a queue of hops that waits while an inference runs.
public enum Deadlines {
  /// Share of the hops whose samples are overwritten before the core has read them.
  ///
  /// Hops arrive one after the other into `buffers` buffers; a frame empties one, an inference after each stride keeps the
  /// core from it. A hop that finds all buffers full is lost.
  ///
  /// - Parameters:
  ///   - work: cycles of frame and inference.
  ///   - clock: megahertz.
  ///   - buffers: hops that fit; as many as a stride has is the least that lets an inference take as long as a stride.
  ///   - verifying: every inference is verified, which is the longest that a cascade can take.
  public static func missed(_ work: Workload, clock: Double, buffers: Int, verifying: Bool) -> Double {
    let hertz = clock * 1e6
    let frame = work.frame / hertz
    let inference = (work.inference + (verifying ? work.verifier : 0)) / hertz
    let hops = 64 * max(work.stride, 1)
    var free = 0.0
    var taken = 0
    var lost = 0
    // When each of the hops that still wait will have been read.
    var reads: [Double] = []
    for hop in 0..<hops {
      let now = Double(hop) * work.hop
      reads.removeAll { $0 <= now }
      guard reads.count < buffers else {
        lost += 1
        continue
      }
      free = max(free, now) + frame
      reads.append(free)
      taken += 1
      if taken % work.stride == 0 { free += inference }
    }
    return Double(lost) / Double(hops)
  }
}
