import DormouseLive
import Foundation

/// What a browser may ask for, as JSON: `{"threshold": 0.6}`, `{"label": 2, "threshold": 0.6}`, `{"smoothing": 3}` or
/// `{"restore": true}`.
enum PageControls {
  /// Bytes that are read at most.
  static let limit = 256

  /// Why a wish can't be fulfilled.
  struct Problem: Error, Equatable {
    let text: String
  }

  private struct Wish: Decodable {
    var label: Int?
    var threshold: Double?
    var smoothing: Int?
    var restore: Bool?
  }

  /// Reads a wish.
  ///
  /// - Parameters:
  ///   - labels: how many the model has.
  ///   - smoothings: what the session can do.
  /// - Throws: what is wrong with it.
  static func read(_ text: Data, labels: Int, smoothings: ClosedRange<Int>) throws(Problem) -> LiveControl {
    let wish: Wish
    do {
      wish = try JSONDecoder().decode(Wish.self, from: text)
    } catch {
      throw Problem(text: "this is no wish that the page knows; it is JSON such as {\"threshold\": 0.6}")
    }
    let asked = [wish.threshold != nil, wish.smoothing != nil, wish.restore == true].filter(\.self).count
    guard asked == 1, wish.label == nil || wish.threshold != nil else {
      throw Problem(text: "ask for one thing: threshold (of one label or of all), smoothing, or restore")
    }
    if let threshold = wish.threshold {
      guard threshold > 0, threshold <= 1 else { throw Problem(text: "a threshold is above 0, and 1 at most") }
      if let label = wish.label, !(0..<labels).contains(label) {
        throw Problem(text: "labels are 0 to \(labels - 1)")
      }
      return .threshold(label: wish.label, threshold)
    }
    guard let smoothing = wish.smoothing else { return .restore }
    guard smoothings.contains(smoothing) else {
      throw Problem(text: "smoothing is \(smoothings.lowerBound) to \(smoothings.upperBound)")
    }
    return .smoothing(smoothing)
  }
}
