import DormouseLive
import Synchronization

/// The browsers that watch, and what a new one has to be told first.
final class Audience: Sendable {
  private struct State {
    var boxes: [ObjectIdentifier: Mailbox] = [:]
    /// The last words, oldest first.
    var detections: [LiveDetection] = []
    /// What is in force; nil before the first update.
    var settings: PageMessages.Settings?
  }

  /// Browsers that may watch at once.
  static let limit = 16
  /// Words that a new browser is told.
  static let remembered = 50

  private let state = Mutex(State())

  /// Whether nobody watches.
  var isEmpty: Bool { state.withLock { $0.boxes.isEmpty } }

  /// Lets a browser in.
  ///
  /// - Parameter greeting: its first letter, given what was heard and what is in force.
  /// - Returns: nil if the house is full.
  func admit(greeting: ([LiveDetection], PageMessages.Settings?) -> [UInt8]) -> Mailbox? {
    state.withLock { state in
      guard state.boxes.count < Audience.limit else { return nil }
      let box = Mailbox()
      box.put(greeting(state.detections, state.settings), isPicture: false)
      state.boxes[ObjectIdentifier(box)] = box
      return box
    }
  }

  /// Forgets a browser.
  func dismiss(_ box: Mailbox) {
    state.withLock { $0.boxes[ObjectIdentifier(box)] = nil }
    box.close()
  }

  /// Sends an update to all.
  func tell(_ update: LiveUpdate) {
    let boxes = state.withLock { state in
      state.detections.append(contentsOf: update.detections)
      if state.detections.count > Audience.remembered {
        state.detections.removeFirst(state.detections.count - Audience.remembered)
      }
      state.settings = PageMessages.Settings(thresholds: update.thresholds, smoothing: update.smoothing)
      return Array(state.boxes.values)
    }
    guard !boxes.isEmpty else { return }
    let text = PageMessages.update(update)
    let isPicture = update.detections.isEmpty && update.notices.isEmpty && update.state == .listening
    for box in boxes { box.put(text, isPicture: isPicture) }
  }

  /// A sign of life, so that a line that has died is noticed at either end while nothing is heard.
  func beat() {
    for box in state.withLock({ Array($0.boxes.values) }) { box.put(PageMessages.beat, isPicture: true) }
  }

  /// Sends everybody away, once they have read what waits for them. They go when they can.
  func disperse() {
    for box in state.withLock({ Array($0.boxes.values) }) { box.close() }
  }
}
