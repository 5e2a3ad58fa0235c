import LHSafetensors
import LHSystem
import LHTestSupport
import Testing

@Suite struct SafetensorsIndexTests {
  private func read(_ text: String) throws -> SafetensorsIndex {
    try withTemporaryFolder { folder in
      writeBytes(Array(text.utf8), to: folder + "/model.safetensors.index.json")
      return try SafetensorsIndex(path: folder + "/model.safetensors.index.json")
    }
  }

  @Test func `An index says in which file a tensor is`() throws {
    let index = try read(
      #"{"metadata":{"total_size":12},"weight_map":{"b":"2.safetensors","a":"1.safetensors","c":"2.safetensors"}}"#)
    #expect(index.fileOf == ["a": "1.safetensors", "b": "2.safetensors", "c": "2.safetensors"])
    #expect(index.files == ["1.safetensors", "2.safetensors"])
  }

  @Test(arguments: [
    ("", "is malformed"), ("[]", "has no weight_map"), ("{}", "has no weight_map"),
    (#"{"weight_map":[]}"#, "has no weight_map"), (#"{"weight_map":{}}"#, "has no weight_map"),
    (#"{"weight_map":{"a":1}}"#, "has 1 for a tensor"), (#"{"weight_map":{"a":null}}"#, "for a tensor"),
    (#"{"weight_map":{"a":""}}"#, "for a tensor"), (#"{"weight_map":{"a":"."}}"#, "for a tensor"),
    (#"{"weight_map":{"a":".."}}"#, "for a tensor"), (#"{"weight_map":{"a":"../x"}}"#, "for a tensor"),
    (#"{"weight_map":{"a":"/etc/passwd"}}"#, "for a tensor"), (#"{"weight_map":{"a":"b/c"}}"#, "for a tensor"),
    (#"{"weight_map":{"a":"b\u0000c"}}"#, "for a tensor"), (#"{"weight_map":{"a":"x","a":"y"}}"#, "is malformed"),
    ("{\"weight_map\":{\"a\":\"" + String(repeating: "x", count: 256) + "\"}}", "for a tensor"),
  ])
  func `What is no index is refused`(text: String, words: String) {
    let fault = #expect(throws: SafetensorsFault.self) { try read(text) }
    #expect(fault?.kind == .badData)
    guard case .badIndex(_, let problem) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(problem.contains(words) && problem.utf8.count < 300, "\(problem)")
  }

  @Test func `An index of too many files is refused`() {
    let members = (0...4096).map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",")
    let fault = #expect(throws: SafetensorsFault.self) { try read("{\"weight_map\":{\(members)}}") }
    #expect(fault?.description.contains("4097 files") == true)
  }

  @Test func `A missing index is a missing input`() {
    let fault = #expect(throws: SafetensorsFault.self) { try SafetensorsIndex(path: "/nowhere/a.index.json") }
    #expect(fault?.kind == .missingInput)
  }
}
