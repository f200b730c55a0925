/// Somebody who watches a session: the terminal, a log, a page.
public protocol LiveViewer: AnyObject, Sendable {
  /// Whether `waveform`, `frames` and `bits` are to be filled now; they cost time, so a page that nobody looks at says no.
  /// Asked before each update, on the session's thread.
  var wantsPicture: Bool { get }

  /// Takes an update.
  ///
  /// Called on the session's thread, which hears nothing meanwhile; must not block.
  func show(_ update: LiveUpdate)
}

/// What a viewer may ask of a session; taken up between two blocks of samples.
public enum LiveControl: Sendable, Equatable {
  /// The score, 0 to 1, that a label must reach, or with `label` nil every label that is ever reported.
  case threshold(label: Int?, Double)
  /// Posteriors that are averaged: 1 to 64. Sound that was heard stays heard.
  case smoothing(Int)
  /// The thresholds and the smoothing that the session began with.
  case restore
}
