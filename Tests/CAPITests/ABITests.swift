import LHTestSupport
import Testing

/// What programs rely on that were compiled before: signatures, constants, layouts.
@Suite struct ABITests {
  private static let root = Fixture.folder + "../"

  @Test func theHeaderIsTheOneThatWasPublished() {
    let result = runShell("python3 \"$1\"", [Self.root + "Tests/Tools/checks/c_abi.py"])
    #expect(result.status == 0, "\(result.errors)")
    let found = lines(result.output)
    let expected = lines(readBytes(Self.root + "Tests/CAPITests/abi.txt"))
    let lost = expected.filter { !found.contains($0) }
    let new = found.filter { !expected.contains($0) }
    #expect(
      found == expected,
      """
      The binary interface changed. Lost, which breaks programs: \(lost). New: \(new). If that is wanted, see \
      Docs/c-api.md for the version that it needs, and write the list anew: Tests/Tools/checks/c_abi.py --write
      """)
  }

  /// Lines of the list, the fields' with the name of their struct.
  private func lines(_ text: [UInt8]) -> [String] {
    var owner = Substring()
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map { line in
      if !line.hasPrefix(" ") { owner = line }
      return line.hasPrefix(" ") ? "\(owner), \(line)" : String(line)
    }
  }
}
