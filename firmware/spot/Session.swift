import Dormouse
import DormouseISA
import Support

/// A spotter at work, and what it has reported.
struct Session: ~Copyable {
  private var spotter: Spotter
  private var transcript = Transcript()
  private let each: Bool
  private let console = Console()

  /// `each`: print every inference.
  init(spotter: consuming Spotter, each: Bool) {
    self.spotter = spotter
    self.each = each
  }

  /// Takes samples; prints the detections in them.
  mutating func hear(_ samples: UnsafeBufferPointer<Int16>) {
    var taken = 0
    while taken < samples.count {
      let progress = push(samples, from: taken)
      dm_mark_other()
      taken &+= progress.consumed
      if progress.frame { transcript.add(frame: spotter.frame) }
      if progress.inference {
        transcript.add(logits: spotter.logits)
        if each { printInference() }
      }
      if let detection = progress.detection { printDetection(detection) }
    }
  }

  /// Prints the hashes and the stack's high-water mark.
  func printSummary() {
    console.write(transcript)
    console.write("stack ")
    console.write(Int(truncatingIfNeeded: stack_high_water()))
    console.write("\narena ")
    console.write(spotter.image.arenaLength)
    console.write("\n")
  }

  /// A call of its own, so that tools/count can watch it.
  @inline(never)
  private mutating func push(_ samples: UnsafeBufferPointer<Int16>, from start: Int) -> Spotter.Progress {
    spotter.push(samples, from: start)
  }

  private func printInference() {
    console.write("inference ")
    console.write(Int(truncatingIfNeeded: spotter.samplesHeard))
    for label in 0..<spotter.image.labelCount {
      console.write(" ")
      console.write(Int(spotter.logits[label]))
    }
    console.write("\n")
  }

  private func printDetection(_ detection: Detection) {
    console.write("detection ")
    console.write(spotter.image.label(detection.label))
    console.write(" ")
    console.write(detection.score)
    console.write(" ")
    console.write(Int(truncatingIfNeeded: detection.start))
    console.write(" ")
    console.write(Int(truncatingIfNeeded: detection.end))
    console.write("\n")
  }
}
