import LHJSON
import LHTestSupport
import Testing

/// Damaged texts are refused or read as something else, but never stop the program.
@Suite struct DamageTests {
  static let text = #"""
    {"arch": {"embed_dim": 640, "heads": [10, 12, -8], "slide_wsz": ["global", "32"]}, "é": [1.5e-3, 0.0, true, false],
     "text": "a\"\\\n\u00e9\ud83d\ude00€", "empty": [{}, [], "", null], "deep": [[[[{"a": [0]}]]]]}
    """#

  @Test func everyTruncationIsRefused() throws {
    let bytes = Array(DamageTests.text.utf8)
    _ = try JSONValue(parsing: bytes)
    for count in 0..<bytes.count {
      #expect(throws: JSONFault.self, "\(count) bytes") { try JSONValue(parsing: bytes[..<count]) }
    }
  }

  @Test(arguments: 0..<8) func whatIsReadFromADamagedTextCanBeWrittenAndReadAgain(_ seed: UInt64) {
    let bytes = Array(DamageTests.text.utf8)
    var numbers = SeededNumbers(seed: seed)
    func random(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &numbers) }
    let likely = Array("{}[]\",:\\u0e-+.1 tfn\n".utf8) + [0, 0x80, 0xc3, 0xed, 0xff]
    var read = 0
    for _ in 0..<4000 {
      var damaged = bytes
      for _ in 0...random(4) {
        let place = random(damaged.count)
        switch random(5) {
        case 0: damaged[place] = UInt8(random(256))
        case 1: damaged[place] = likely[random(likely.count)]
        case 2: damaged.remove(at: place)
        case 3: damaged.insert(likely[random(likely.count)], at: place)
        default:
          damaged.insert(contentsOf: damaged[place..<min(place + random(40), damaged.count)], at: random(place + 1))
        }
      }
      guard let value = try? JSONValue(parsing: damaged) else { continue }
      read += 1
      for pretty in [false, true] {
        let written = value.text(pretty: pretty)
        let again = try? JSONValue(parsing: written)
        if again != value || again?.text(pretty: pretty) != written {
          Issue.record("\(String(decoding: damaged, as: UTF8.self)) was written as \(written)")
        }
      }
    }
    #expect(read > 100)
  }
}
