import Testing

@testable import DormouseEvaluation

@Suite("Manifest") struct ManifestTests {
  @Test func columnsStandInOrderWithoutAHeader() throws {
    let read = try Manifest.recordings("a.wav,yes\nb.wav,no,1.5,2\nc.wav\nd.wav,,,,Anna\n")
    #expect(read.map(\.path) == ["a.wav", "b.wav", "c.wav", "d.wav"])
    #expect(read.map(\.label) == ["yes", "no", nil, nil])
    #expect(read.map(\.start) == [0, 1.5, 0, 0])
    #expect(read.map(\.end) == [nil, 2, nil, nil])
    #expect(read.map(\.speaker) == ["a.wav", "b.wav", "c.wav", "Anna"])
  }

  @Test func aHeaderNamesColumnsInAnyOrderAndOthersAreIgnored() throws {
    let read = try Manifest.recordings("\u{FEFF}label,rate,End,path\r\nyes,16000,2.5,x.wav\r\n")
    #expect(read == [Recording(path: "x.wav", name: "x.wav[:2.5]", label: "yes", end: 2.5)])
  }

  @Test func quotedFieldsHoldCommasAndQuotes() throws {
    let read = try Manifest.recordings("\"a, \"\"b\"\".wav\" , yes\n")
    #expect(read[0].path == "a, \"b\".wav")
    #expect(read[0].label == "yes")
  }

  @Test func emptyLinesAndRemarksAreSkipped() throws {
    #expect(try Manifest.recordings("# of today\n\na.wav,yes\n  \n").count == 1)
  }

  @Test func pathsBeginWhereTheManifestLies() throws {
    let read = try Manifest.recordings("a.wav\n/b.wav\n") { $0.hasPrefix("/") ? $0 : "there/" + $0 }
    #expect(read.map(\.path) == ["there/a.wav", "/b.wav"])
    #expect(read.map(\.name) == ["a.wav", "/b.wav"])
  }

  @Test(arguments: [
    ("a.wav,yes,1,2,x,more", "line 1: 6 fields"), ("path,label\na.wav,yes,3", "line 2: 3 fields"),
    ("a.wav,yes,soon", "the start is soon"), ("a.wav,yes,2,1", "the end, 1 s, is not after the start"),
    ("a.wav,yes,-1", "the start is -1"), ("a.wav,yes,nan", "the start is nan"), ("a.wav,yes,,inf", "the end is inf"),
    ("\n\n,yes", "line 3: the path is empty"), ("\"a.wav,yes", "does not end"), ("\"a\"b,yes", "text follows"),
    ("path,label,label\n", "names the column label twice"),
  ]) func aWrongLineIsNamed(text: String, words: String) {
    #expect {
      try Manifest.recordings(text)
    } throws: {
      "\($0)".contains(words)
    }
  }

  @Test func theSpeakerIsThePartOfTheNameBeforeNohash() {
    #expect(Recording.speaker(of: "zero/0a7c2a8d_nohash_0.flac") == "0a7c2a8d")
    #expect(Recording.speaker(of: "zero/talk.wav") == "zero/talk.wav")
    #expect(Recording.speaker(of: "zero/_nohash_0.flac") == "zero/_nohash_0.flac")
  }
}
