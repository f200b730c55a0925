import DormouseLive
import Foundation
import Testing

@testable import DormouseWeb

@Suite("Wishes of a browser") struct PageControlsTests {
  private func read(_ text: String) throws -> LiveControl {
    try PageControls.read(Data(text.utf8), labels: 4, smoothings: 1...16)
  }

  @Test("what the page sends is understood")
  func understands() throws {
    #expect(try read(#"{"threshold": 0.6}"#) == .threshold(label: nil, 0.6))
    #expect(try read(#"{"label": 3, "threshold": 1}"#) == .threshold(label: 3, 1))
    #expect(try read(#"{"smoothing": 16}"#) == .smoothing(16))
    #expect(try read(#"{"restore": true}"#) == .restore)
  }

  @Test(
    "anything else is refused in plain words",
    arguments: [
      "", "{", "[]", "null", "7", #""threshold""#, "{}", #"{"threshold": "high"}"#, #"{"threshold": 0}"#,
      #"{"threshold": -1}"#, #"{"threshold": 1.01}"#, #"{"threshold": 1e400}"#, #"{"threshold": null}"#,
      #"{"threshold": 0.5, "smoothing": 3}"#, #"{"label": 4, "threshold": 0.5}"#, #"{"label": -1, "threshold": 0.5}"#,
      #"{"label": 1}"#, #"{"label": 1, "smoothing": 3}"#, #"{"smoothing": 0}"#, #"{"smoothing": 17}"#,
      #"{"smoothing": 2.5}"#, #"{"smoothing": 99999999999999999999}"#, #"{"restore": false}"#, #"{"restore": 1}"#,
      "\u{0}\u{FFFF}", String(repeating: "[", count: 256),
    ])
  func refuses(text: String) {
    #expect {
      try read(text)
    } throws: { error in
      guard let problem = error as? PageControls.Problem else { return false }
      return !problem.text.isEmpty && !problem.text.contains("Error")
    }
  }
}
