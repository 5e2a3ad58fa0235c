import CLightHuBERT
import LHTestSupport
import Testing

/// Texts of errors, and codes.
@Suite struct ErrorTests {
  /// A path that leads nowhere, whose text a message holds.
  private func message(forPath path: String) -> String {
    var model: OpaquePointer?
    let outcome = outcome { lh_model_open(path, nil, &model, $0) }
    #expect(outcome.status == LH_NOT_FOUND || outcome.status == LH_IO_ERROR, "\(outcome)")
    return outcome.message
  }

  /// Characters of one to four bytes, so that the cut falls on every place within one.
  @Test(arguments: ["a", "é", "語", "🎧"], 0..<4)
  func longMessagesAreCutBetweenCharacters(_ character: String, _ shift: Int) {
    let path = String(repeating: "b", count: shift) + String(repeating: character, count: 1500 / character.utf8.count)
    let message = message(forPath: path)
    #expect(path.hasPrefix(message))
    #expect((1016...1019).contains(message.utf8.count))
  }

  @Test(arguments: ["a\nb", "a\r\nb", "a\u{85}b", "a\u{2028}b\u{2029}c", "\u{7f}\u{1}x"])
  func messagesAreOneLine(_ path: String) {
    let message = message(forPath: path)
    #expect(!message.unicodeScalars.contains { $0.properties.generalCategory == .control })
    #expect(message.contains("a b") || message.contains("a  b") || message.contains("  x"))
  }

  @Test func everyCodeHasItsName() {
    let names = (0...11).map { String(cString: lh_status_name($0)) }
    #expect(names.first == "LH_OK" && names.last == "LH_UNAVAILABLE")
    #expect(Set(names).count == 12 && names.allSatisfy { $0.hasPrefix("LH_") })
    for code in [-1, 12, Int32.max, .min] { #expect(String(cString: lh_status_name(code)) == "LH_UNKNOWN") }
  }

  @Test func theVersionsAgree() {
    #expect(String(cString: lh_version()) == LH_VERSION_STRING)
    #expect(LH_VERSION_STRING == "\(LH_VERSION_MAJOR).\(LH_VERSION_MINOR).\(LH_VERSION_PATCH)")
    let programs = runProgram("lhb-features", ["--version"]).output
    #expect(String(decoding: programs, as: UTF8.self) == LH_VERSION_STRING + "\n")
  }
}
