import Testing

@testable import DormouseExport

@Suite("C identifiers") struct CIdentifierTests {
  @Test func modelNamesBecomeIdentifiers() {
    let cases = [
      "commands-temporal": "commands_temporal", "Hey Dormouse!": "hey_dormouse", "a--b__c": "a_b_c",
      "3 words": "model_3_words", "int": "int", "": "model", "\u{7720}\u{9f20}": "model", "caf\u{e9}": "caf",
      "_private": "private", "*/ bad": "bad", "../../x": "x", "1": "model_1",
      "a very long name of a model that goes on": "a_very_long_name_of_a_mo",
      "twenty-three characters-and": "twenty_three_characters",
    ]
    for (name, expected) in cases {
      let identifier = CIdentifier(modelName: name)
      #expect(identifier.lower == expected, "from \(name)")
      #expect(identifier.upper == expected.uppercased(), "from \(name)")
    }
  }

  @Test func externalNamesStayWithin31Characters() {
    let identifier = CIdentifier(modelName: String(repeating: "x", count: 63))
    #expect((identifier.lower + "_labels").count == 31)
  }

  @Test func stringLiteralsSurviveEveryByte() {
    #expect(CText.literal(Array("yes".utf8)) == "\"yes\"")
    #expect(CText.literal(Array("a\"b\\c".utf8)) == #""a\"b\\c""#)
    #expect(CText.literal(Array("??/".utf8)) == #""\?\?/""#)
    #expect(CText.literal([0x01, 0x37, 0xC3, 0xA9]) == #""\0017\303\251""#)
  }
}
