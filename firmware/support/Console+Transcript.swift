import Dormouse

extension Console {
  /// Writes what was computed in two lines that can be compared with the host's.
  func write(_ transcript: Transcript) {
    write("frames ")
    write(transcript.frames)
    write(" hash ")
    write(hex: transcript.frameHash)
    write("\ninferences ")
    write(transcript.inferences)
    write(" hash ")
    write(hex: transcript.logitHash)
    write("\n")
  }
}
