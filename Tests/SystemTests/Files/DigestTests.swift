import LHSystem
import Testing

@Suite struct SHA256Tests {
  /// Of the NIST's examples for FIPS 180-4, and lengths about the ends of blocks as coreutils' sha256sum has them.
  static let vectors: [(text: String, repeats: Int, digest: String)] = [
    ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    ("a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
    ("a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
    ("a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
    ("a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ]

  @Test(arguments: [true, false]) func agreesWithTheStandard(usesInstructions: Bool) {
    for (text, repeats, digest) in Self.vectors {
      var hash = SHA256(usesInstructions: usesInstructions)
      let bytes = Array(String(repeating: text, count: repeats).utf8)
      bytes.withUnsafeBytes { hash.update($0) }
      #expect(hash.hexadecimal() == digest, "\(repeats) times \"\(text)\"")
    }
  }

  @Test(arguments: [true, false]) func doesNotDependOnTheParts(usesInstructions: Bool) {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    var whole = SHA256(usesInstructions: usesInstructions)
    bytes.withUnsafeBytes { whole.update($0) }
    for size in [1, 7, 63, 64, 65, 129, 999] {
      var parts = SHA256(usesInstructions: usesInstructions)
      for start in stride(from: 0, to: bytes.count, by: size) {
        bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { parts.update($0) }
        // Looking at it in between changes nothing.
        _ = parts.hexadecimal()
      }
      #expect(parts.hexadecimal() == whole.hexadecimal(), "parts of \(size)")
    }
  }
}

@Suite struct XXH64Tests {
  /// Bytes i * 37 + 11, hashed by the reference implementation (python-xxhash 3).
  @Test(
    arguments: [
      (0, 0xef46_db37_51d8_e999), (1, 0xf592_c0c7_639c_4cb6), (3, 0x22c0_8528_601d_4f27), (4, 0xfb1e_5cf2_f1ae_4d95),
      (7, 0x5613_ac51_0496_c04e), (8, 0x57cb_2b75_21f3_e21a), (11, 0x1bef_4539_443a_2d5a),
      (12, 0x2f53_b002_6603_9e64), (15, 0x90a9_714e_b00e_8d29), (16, 0xc684_3cef_9972_1174),
      (31, 0xe4a0_e629_e519_a4ae), (32, 0xcc6b_8aaa_da79_0b2d), (33, 0x35ec_4985_0475_a832),
      (39, 0x2298_4e41_b53c_1210), (63, 0xbf9f_0ba3_cf95_b28a), (64, 0x155c_cce4_bf32_befc),
      (100, 0x4826_e367_566e_a023), (1023, 0x9602_fced_5d5f_9136),
    ] as [(Int, UInt64)])
  func agreesWithTheReference(count: Int, hash: UInt64) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    #expect(bytes.withUnsafeBytes { XXH64.hash($0) } == hash)
    for size in [1, 5, 31, 32, 33, 64, 100] {
      var parts = XXH64()
      for start in stride(from: 0, to: count, by: size) {
        bytes[start..<min(start + size, count)].withUnsafeBytes { parts.update($0) }
        // Looking at it in between changes nothing.
        _ = parts.value
      }
      #expect(parts.value == hash, "parts of \(size)")
    }
    // Wherever the bytes lie in memory.
    let shifted = [0] + bytes
    #expect(shifted.withUnsafeBytes { XXH64.hash(UnsafeRawBufferPointer(rebasing: $0.dropFirst())) } == hash)
  }
}
