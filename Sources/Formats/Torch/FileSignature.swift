/// What the first bytes of a file say it is.
enum FileSignature: Equatable {
  /// A zip archive: `torch.save` since PyTorch 1.6, or TorchScript.
  case zip
  /// A pickle: `torch.save` before PyTorch 1.6, if its magic number says so.
  case pickle
  /// A tar archive: `torch.save` before PyTorch 0.1.10.
  case tar
  /// Something else, in words that complete "the file is ...".
  case other(String)

  /// Bytes that are looked at.
  static let byteCount = 512

  /// - Parameter bytes: The first `byteCount` of the file, or all when it has fewer.
  init(_ bytes: [UInt8]) {
    func starts(_ prefix: [UInt8], at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: prefix)
    }
    func starts(_ prefix: String, at offset: Int = 0) -> Bool { starts(Array(prefix.utf8), at: offset) }

    let text = bytes.drop { $0 == 0x20 || (0x09...0x0d).contains($0) || [0xef, 0xbb, 0xbf].contains($0) }
    let word = String(decoding: text.prefix(16), as: UTF8.self).lowercased()
    if bytes.isEmpty {
      self = .other("an empty file")
    } else if starts("PK\u{3}\u{4}") {
      self = .zip
    } else if starts("PK\u{5}\u{6}") {
      self = .other("an empty zip archive")
    } else if starts([0x80]) || starts("L119547037146038801333356") {
      self = .pickle
    } else if starts("ustar", at: 257) {
      self = .tar
    } else if starts([0x1f, 0x8b]) {
      self = .other("gzip data (unpack it first)")
    } else if starts([0x28, 0xb5, 0x2f, 0xfd]) {
      self = .other("zstd data (unpack it first)")
    } else if starts("BZh") {
      self = .other("bzip2 data (unpack it first)")
    } else if starts([0xfd] + Array("7zXZ".utf8)) {
      self = .other("xz data (unpack it first)")
    } else if starts("{", at: 8), bytes.count >= 9, FileSignature.isSafetensorsLength(bytes) {
      self = .other(
        "a safetensors file (convert it in Python, with the configuration that it does not hold: "
          + Remedy.save("safetensors.torch.load_file(\"model.safetensors\")") + ")")
    } else if starts("GGUF") {
      self = .other("a GGUF file")
    } else if starts([0x89] + Array("HDF".utf8)) {
      self = .other("an HDF5 file")
    } else if starts([0x93] + Array("NUMPY".utf8)) {
      self = .other("a NumPy array")
    } else if starts("RIFF") || starts("fLaC") || starts("OggS") {
      self = .other("an audio file")
    } else if starts("version https://git-lfs") {
      self = .other("a Git LFS pointer (fetch the real file with `git lfs pull`)")
    } else if word.hasPrefix("<!doctype") || word.hasPrefix("<html") || word.hasPrefix("<?xml") {
      self = .other("a web page (a download that failed?)")
    } else if bytes.allSatisfy({ $0 == 0 }) {
      self = .other("all zeros at its beginning (a download that was not finished?)")
    } else if word.hasPrefix("{") || word.hasPrefix("[") {
      self = .other("JSON text")
    } else if bytes.allSatisfy({ (0x20..<0x7f).contains($0) || (0x09...0x0d).contains($0) }) {
      let line = bytes.prefix(32).prefix { $0 != 0x0a && $0 != 0x0d }
      self = .other("text that begins with \"\(String(decoding: line, as: UTF8.self))\"")
    } else {
      let digits = bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      self = .other("a file that begins with the bytes " + digits.joined(separator: " "))
    }
  }

  /// Whether the first eight bytes are a plausible length of a safetensors header.
  private static func isSafetensorsLength(_ bytes: [UInt8]) -> Bool {
    var reader = ByteReader(bytes)
    return reader.integer(UInt64.self).map { $0 <= 100_000_000 } ?? false
  }
}
