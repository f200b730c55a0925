import ArgumentParser
import DormouseAudio

/// What `-` means, the same in every command that hears.
struct AudioOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Sample rate of raw samples on standard input; the model's without it.", valueName: "hz"))
  var rawRate: Int?

  @Option(help: ArgumentHelp("Interleaved channels of raw samples on standard input.", valueName: "count"))
  var rawChannels = 1

  /// Opens `file` or, for `-`, standard input, to be read at `sampleRate`; says once if it is converted.
  func open(_ file: String, sampleRate: Int) throws -> AudioReader {
    let reader: AudioReader
    if file == "-" {
      let format = AudioFormat(sampleRate: rawRate ?? sampleRate, channels: rawChannels)
      reader = try AudioReader(raw: 0, name: "standard input", format: format, sampleRate: sampleRate)
    } else {
      reader = try AudioReader(file: file, sampleRate: sampleRate)
    }
    if reader.isConverted { Console.complain("\(reader.name): converted from \(reader.format)") }
    return reader
  }
}
