/// Where interleaved samples come from, before they are mixed down and resampled.
protocol SampleSource: AnyObject {
  /// For messages.
  var name: String { get }
  /// What the samples are.
  var format: AudioFormat { get }
  /// Whether 16-bit reading loses nothing.
  var isInt16: Bool { get }

  /// Reads up to `frames` frames as int16; 0 at the end.
  ///
  /// - Throws: at the end too, if the recording stops before it should.
  func read(_ samples: UnsafeMutablePointer<Int16>, frames: Int) throws(AudioError) -> Int

  /// Reads up to `frames` frames as floats of full scale 1.0; 0 at the end.
  ///
  /// - Throws: at the end too, if the recording stops before it should; at a sample that is not a finite number.
  func read(_ samples: UnsafeMutablePointer<Float>, frames: Int) throws(AudioError) -> Int
}
