import Testing

@testable import DormouseLive

@Suite("Commands at a detection") struct CommandTemplateTests {
  private func filled(_ text: String, label: String = "yes") throws -> [String] {
    let word = LiveDetection(
      index: 0, label: label, score: 0.934, start: 1, end: 2.5, capturedAt: 0, latency: 0)
    return try CommandTemplate(text).filled(for: word)
  }

  @Test func placesAreFilledAnywhereInAWord() throws {
    #expect(try filled("say {label} at-{score}:{time} {other} {") == ["say", "yes", "at-0.93:2.50", "{other}", "{"])
  }

  @Test func wordsAreCutAsAShellDoesWithoutExpandingAnything() throws {
    #expect(
      try filled(#"a 'b c' "d \"e" f\ g '' $HOME `x` *"#) == ["a", "b c", #"d "e"#, "f g", "", "$HOME", "`x`", "*"])
  }

  @Test func aLabelIsNeitherCutNorFilledAgain() throws {
    #expect(try filled("say {label}", label: "; rm -rf '{score}' $(x)") == ["say", "; rm -rf '{score}' $(x)"])
  }

  @Test(arguments: ["", "   ", "say 'x", "say \"x", "say \\", "'' x"]) func whatIsNoCommandIsRefused(text: String) {
    #expect(throws: CommandTemplate.Problem.self) { try CommandTemplate(text) }
  }
}
