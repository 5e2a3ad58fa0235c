/// XXH64, the 64-bit hash of the xxHash specification, with seed 0: finds damaged bytes, at memory speed, on any
/// processor.
public struct XXH64 {
  private var a = prime1 &+ prime2
  private var b = prime2
  private var c: UInt64 = 0
  private var d = 0 &- prime1
  /// The beginning of a stripe that is not whole yet.
  private var rest = InlineArray<32, UInt8>(repeating: 0)
  private var restCount = 0
  private var byteCount = 0

  /// Bytes that the four lanes take at a time.
  private static let stripe = 32

  /// A hash of no bytes yet.
  public init() {}

  /// The hash of some bytes.
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = XXH64()
    hash.update(bytes)
    return hash.value
  }

  /// Takes more bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    byteCount += bytes.count
    var position = 0
    if restCount > 0 {
      position = min(XXH64.stripe - restCount, bytes.count)
      keep(start, position)
      guard restCount == XXH64.stripe else { return }
      restCount = 0
      withUnsafeBytes(of: rest) { if let rest = $0.baseAddress { takeStripes(rest, 1) } }
    }
    let stripes = (bytes.count - position) / XXH64.stripe
    takeStripes(start + position, stripes)
    position += stripes * XXH64.stripe
    keep(start + position, bytes.count - position)
  }

  /// The hash of all bytes so far.
  public var value: UInt64 {
    var hash = XXH64.prime5
    if byteCount >= XXH64.stripe {
      hash = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
      for lane in [a, b, c, d] { hash = (hash ^ round(0, lane)) &* XXH64.prime1 &+ XXH64.prime4 }
    }
    hash = hash &+ UInt64(byteCount)
    withUnsafeBytes(of: rest) { if let rest = $0.baseAddress { hash = XXH64.mixed(hash, rest, restCount) } }
    hash = (hash ^ hash >> 33) &* XXH64.prime2
    hash = (hash ^ hash >> 29) &* XXH64.prime3
    return hash ^ hash >> 32
  }

  private mutating func takeStripes(_ start: UnsafeRawPointer, _ count: Int) {
    var (a, b, c, d) = (a, b, c, d)
    for stripe in 0..<count {
      let place = start + stripe &* XXH64.stripe
      a = round(a, word(place))
      b = round(b, word(place + 8))
      c = round(c, word(place + 16))
      d = round(d, word(place + 24))
    }
    (self.a, self.b, self.c, self.d) = (a, b, c, d)
  }

  private mutating func keep(_ start: UnsafeRawPointer, _ count: Int) {
    for index in 0..<count { rest[restCount + index] = start.load(fromByteOffset: index, as: UInt8.self) }
    restCount += count
  }

  /// The last bytes, fewer than a stripe.
  private static func mixed(_ start: UInt64, _ bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var hash = start
    var position = 0
    while position + 8 <= count {
      hash = rotated(hash ^ round(0, word(bytes + position)), 27) &* prime1 &+ prime4
      position += 8
    }
    if position + 4 <= count {
      let half = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
      hash = rotated(hash ^ (half &* prime1), 23) &* prime2 &+ prime3
      position += 4
    }
    while position < count {
      hash = rotated(hash ^ (UInt64(bytes.load(fromByteOffset: position, as: UInt8.self)) &* prime5), 11) &* prime1
      position += 1
    }
    return hash
  }

  fileprivate static let prime1: UInt64 = 0x9e37_79b1_85eb_ca87
  fileprivate static let prime2: UInt64 = 0xc2b2_ae3d_27d4_eb4f
  private static let prime3: UInt64 = 0x1656_67b1_9e37_79f9
  private static let prime4: UInt64 = 0x85eb_ca77_c2b2_ae63
  private static let prime5: UInt64 = 0x27d4_eb2f_1656_67c5
}

private func word(_ place: UnsafeRawPointer) -> UInt64 {
  UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
}

private func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
  rotated(lane &+ word &* XXH64.prime2, 31) &* XXH64.prime1
}

private func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { word &<< count | word &>> (64 &- count) }
