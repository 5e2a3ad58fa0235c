import LHSubnetFile
import LHSupernet
import Testing

/// The JSON text of the header.
@Suite struct HeaderTextTests {
  private static let valid = try! ForgedFile(TestSubnet.bytes())
  private static let text = String(decoding: valid.json, as: UTF8.self)

  /// The fault of the file with another text.
  private func fault(_ text: String) -> SubnetFileFault? {
    var file = Self.valid
    file.json = Array(text.utf8)
    file.layOut()
    return firstFault(in: file.bytes)
  }

  private func fault(replacing old: String, with new: String) -> SubnetFileFault? {
    let parts = Self.text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
    #expect(parts.count == 2, "\(old) is not in \(Self.text)")
    return fault(parts.joined(separator: new))
  }

  @Test func whatChangesNothingMayBeAdded() {
    #expect(fault(Self.text) == nil)
    #expect(fault(" \n" + Self.text + "  ") == nil)
    #expect(fault(replacing: "{\"architecture\"", with: "{\"future\":[1,{}],\"architecture\"") == nil)
    #expect(fault(replacing: "\"source\":", with: "\"host\":\"x\",\"source\":") == nil)
  }

  @Test(arguments: [
    ("", ""), ("{", "{{"), ("}}", "}"), ("\"architecture\":", "\"architecture\":1,\"architecture\":"),
    ("\"source\":\"model", "\"source\":\"\u{1}model"), ("12345", "012345"),
    ("{\"architecture\"", "{\"deep\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]],\"architecture\""),
  ]) func malformedTextIsRefused(old: String, new: String) {
    let found = old.isEmpty ? fault("") : fault(replacing: old, with: new)
    guard case .malformedJSON(path: "memory", _)? = found else {
      Issue.record("\(String(describing: found))")
      return
    }
  }

  @Test func textThatIsNotUTF8IsRefused() {
    var file = Self.valid
    file.json[Self.text.utf8.count - 60] = 0xff
    guard case .malformedJSON? = firstFault(in: file.bytes) else {
      Issue.record("\(String(describing: firstFault(in: file.bytes)))")
      return
    }
  }

  @Test(arguments: [
    ("\"config\":", "\"other\":", "config", "an object"),
    ("\"provenance\":", "\"other\":", "provenance", "an object"),
    ("\"architecture\":", "\"architecture\":null,\"other\":", "architecture", "an object"),
    ("\"source\":", "\"other\":", "provenance.source", "a string"),
    ("\"model.pt\"", "\"folder/model.pt\"", "provenance.source", "a file name without a folder"),
    ("12345", "-1", "provenance.source_size", "a number of bytes"),
    ("12345", "1.5", "provenance.source_size", "a number of bytes"),
    ("\"0123", "\"X123", "provenance.source_sha256", "64 lower-case hexadecimal digits"),
    ("\"0123", "\"012", "provenance.source_sha256", "64 lower-case hexadecimal digits"),
    ("\"tool\":", "\"tools\":", "provenance.tool", "a string"),
    ("2026-01-31T", "2026-01-31 ", "provenance.date", "like 2026-01-31T12:00:00Z"),
    ("\"weights\":\"auto\"", "\"weights\":\"f8\"", "provenance.weights", "auto, f32, f16, bf16, int8"),
    ("\"embed_dim\":32", "\"embed_dim\":32.0", "", ""),
    ("\"ffn_embed\":[40,64]", "\"ffn_ratio\":[1.25,2.0]", "architecture", "in the form that extraction writes"),
    ("\"heads_num\":[1,1]", "\"heads_num\":1", "architecture", "in the form that extraction writes"),
  ]) func membersMustBeRight(old: String, new: String, member: String, expected: String) {
    let found = fault(replacing: old, with: new)
    if member.isEmpty {
      // 32.0 is another text of the same number; the canonical form has none.
      #expect(
        found
          == .wrongMember(
            path: "memory", member: "architecture", expected: "in the form that extraction writes"))
    } else {
      #expect(found == .wrongMember(path: "memory", member: member, expected: expected))
    }
  }

  @Test(arguments: [
    ("\"conv_bias\":false", "\"conv_bias\":false,\"conv_dilation\":2"), ("\"conv_bias\":false,", ""),
    ("\"embed_dim\":32", "\"embed_dim\":32,\"rotary\":true"), ("\"embed_dim\":32", "\"embed_dim\":33"),
    ("\"encoder_layers\":2", "\"encoder_layers\":1000000000"), ("\"ffn_embed\":[40", "\"ffn_embed\":[9999"),
  ]) func subnetsThatCannotBeAreRefused(old: String, new: String) {
    guard case .wrongSubnet(path: "memory", _)? = fault(replacing: old, with: new) else {
      Issue.record("\(String(describing: fault(replacing: old, with: new)))")
      return
    }
  }
}
