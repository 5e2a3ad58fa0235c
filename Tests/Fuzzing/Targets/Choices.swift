/// Numbers that an input chooses, one after the other; zeros when it is used up.
struct Choices {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isUsedUp: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// A number below `limit`, which is positive, of as many bytes as it takes.
  mutating func number(below limit: Int) -> Int {
    var value: UInt64 = 0
    var size = UInt64(limit - 1)
    while size > 0 {
      value = value << 8 | UInt64(byte())
      size >>= 8
    }
    return Int(value % UInt64(limit))
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }
}
