import CLightHuBERT
import LHTestSupport
import Testing

/// Wrong calls of the functions that read and write files.
extension ArgumentTests {
  // MARK: Models

  static let openings: [Abuse] = [
    Abuse("no path", LH_INVALID_ARGUMENT, "path is NULL") { open(nil, $1) },
    Abuse("an empty path", LH_INVALID_ARGUMENT, "path is empty") { open([0], $1) },
    Abuse("a path that is too long", LH_INVALID_ARGUMENT, "longer than 4095 bytes") {
      open(Array(repeating: 0x61, count: 4096) + [0], $1)
    },
    Abuse("a path that is not UTF-8", LH_INVALID_ARGUMENT, "UTF-8") { open([0x61, 0xff, 0], $1) },
    Abuse("a path in half a character", LH_INVALID_ARGUMENT, "UTF-8") { open([0x61, 0xc3, 0], $1) },
    Abuse("a path that leads nowhere", LH_NOT_FOUND, "no such folder/x.lhb") {
      open(Array("no such folder/x.lhb\0".utf8), $1)
    },
    Abuse("a folder", LH_NOT_FOUND, "/") { open(Array("/\0".utf8), $1) },
    Abuse("another file", LH_BAD_DATA, "arch-min.json") {
      open(Array((Fixture.path("golden/arch-min.json") + "\0").utf8), $1)
    },
    Abuse("an unknown instruction set", LH_INVALID_ARGUMENT, "mmx") { openWith(instructionSet: "mmx", $1) },
    Abuse("an instruction set with a long name", LH_INVALID_ARGUMENT, "longer than") {
      openWith(instructionSet: String(repeating: "a", count: 100), $1)
    },
    Abuse("an unknown precision", LH_INVALID_ARGUMENT, "precision is 5, expected 0 to 4") {
      openWith($1) { $0.precision = 5 }
    },
    Abuse("an error below none", LH_INVALID_ARGUMENT, "max_error is -0.5") { openWith($1) { $0.max_error = -0.5 } },
    Abuse("an error above the whole", LH_INVALID_ARGUMENT, "max_error is 1.5") { openWith($1) { $0.max_error = 1.5 } },
    Abuse("an error that is not a number", LH_INVALID_ARGUMENT, "max_error is nan") {
      openWith($1) { $0.max_error = .nan }
    },
    Abuse("an error of a precision that is not to be chosen", LH_INVALID_ARGUMENT, "not LH_PRECISION_AUTO") {
      openWith($1) {
        $0.precision = Int32(LH_PRECISION_INT8)
        $0.max_error = 0.1
      }
    },
    Abuse("a reserved field of a model", LH_INVALID_ARGUMENT, "reserved is 1") { openWith($1) { $0.reserved = 1 } },
    Abuse("no place for the model", LH_INVALID_ARGUMENT, "model is NULL") {
      lh_model_open(Fixture.path("versions/v1-tiny-min.lhb"), nil, nil, $1)
    },
    Abuse("no bytes' address", LH_INVALID_ARGUMENT, "bytes is NULL") { openMemory(nil, 8, $1) },
    Abuse("no bytes", LH_BAD_DATA, "") { openMemory($0.samples, 0, $1) },
    Abuse("SIZE_MAX bytes", LH_INVALID_ARGUMENT, "18446744073709551615") { openMemory($0.samples, huge, $1) },
    Abuse("bytes of something else", LH_BAD_DATA, "") { openMemory($0.samples, 4096, $1) },
  ]

  private static func open(_ path: [UInt8]?, _ error: UnsafeMutablePointer<lh_error>?) -> lh_status {
    var model = OpaquePointer(bitPattern: 7)
    let status = path.map { path in
      path.withUnsafeBytes {
        lh_model_open($0.baseAddress?.assumingMemoryBound(to: CChar.self), nil, &model, error)
      }
    }
    defer { #expect(model == nil) }
    return status ?? lh_model_open(nil, nil, &model, error)
  }

  private static func openWith(
    instructionSet: String, _ error: UnsafeMutablePointer<lh_error>?
  ) -> lh_status {
    instructionSet.withCString { name in openWith(error) { $0.instruction_set = name } }
  }

  private static func openWith(
    _ error: UnsafeMutablePointer<lh_error>?, _ change: (inout lh_model_options) -> Void
  ) -> lh_status {
    var model = OpaquePointer(bitPattern: 7)
    var options = lh_model_options()
    options.struct_size = MemoryLayout<lh_model_options>.size
    change(&options)
    let status = lh_model_open(Fixture.path("versions/v1-tiny-min.lhb"), &options, &model, error)
    #expect(model == nil)
    return status
  }

  private static func openMemory(
    _ bytes: UnsafeRawPointer?, _ size: Int, _ error: UnsafeMutablePointer<lh_error>?
  ) -> lh_status {
    var model = OpaquePointer(bitPattern: 7)
    let status = lh_model_open_memory(bytes, size, nil, &model, error)
    #expect(model == nil)
    return status
  }

  // MARK: Extraction

  private static let minimal = String(decoding: readBytes(Fixture.path("golden/arch-min.json")), as: UTF8.self)

  static let extractions: [Abuse] = [
    Abuse("no checkpoint", LH_INVALID_ARGUMENT, "checkpoint_path is NULL") {
      lh_extract(nil, "base-min", "x", nil, $1)
    },
    Abuse("no model to take whole", LH_NOT_FOUND, "x: cannot be read") { lh_extract("x", nil, "x", nil, $1) },
    Abuse("no output path", LH_INVALID_ARGUMENT, "output_path is NULL") { lh_extract("x", "base-min", nil, nil, $1) },
    Abuse("a checkpoint that leads nowhere", LH_NOT_FOUND, "no such.pt") {
      lh_extract("no such.pt", "base-min", "/tmp/lighthubert-none.lhb", nil, $1)
    },
    Abuse("an unknown weights choice", LH_INVALID_ARGUMENT, "weights is 5") { extract($1) { $0.weights = 5 } },
    Abuse("a level too high", LH_INVALID_ARGUMENT, "compression_level is 20") {
      extract($1) { $0.compression_level = 20 }
    },
    Abuse("a level below none", LH_INVALID_ARGUMENT, "compression_level is -1") {
      extract($1) { $0.compression_level = -1 }
    },
    Abuse("an answer that is neither yes nor no", LH_INVALID_ARGUMENT, "allow_nonfinite is 2") {
      extract($1) { $0.allow_nonfinite = 2 }
    },
    Abuse("NaN in int8", LH_INVALID_ARGUMENT, "allow_nonfinite is 1") {
      extract($1) {
        $0.allow_nonfinite = 1
        $0.weights = Int32(LH_WEIGHTS_INT8)
      }
    },
    Abuse("an extraction's struct of three bytes", LH_INVALID_ARGUMENT, "struct_size") {
      extract($1) { $0.struct_size = 3 }
    },
    Abuse("an unknown name", LH_INVALID_ARGUMENT, "medium-max") {
      lh_extract(Fixture.path("golden/tiny.pt"), "medium-max", "/tmp/lighthubert-none.lhb", nil, $1)
    },
    Abuse("half a JSON", LH_BAD_DATA, "JSON") {
      lh_extract(Fixture.path("golden/tiny.pt"), "{\"embed_dim\":", "/tmp/lighthubert-none.lhb", nil, $1)
    },
    Abuse("a JSON that is no architecture", LH_BAD_DATA, "embed_dim") {
      lh_extract(Fixture.path("golden/tiny.pt"), "{}", "/tmp/lighthubert-none.lhb", nil, $1)
    },
    Abuse("a name of another supernet", LH_BAD_DATA, "embed_dim") {
      lh_extract(Fixture.path("golden/tiny.pt"), "base-max", "/tmp/lighthubert-none.lhb", nil, $1)
    },
    Abuse("no checkpoint at all", LH_BAD_DATA, "arch-min.json") {
      lh_extract(Fixture.path("golden/arch-min.json"), "base-max", "/tmp/lighthubert-none.lhb", nil, $1)
    },
    Abuse("an output that is the checkpoint", LH_INVALID_ARGUMENT, "is the checkpoint") {
      let path = Fixture.path("golden/tiny.pt")
      return lh_extract(path, minimal, path, nil, $1)
    },
    Abuse("an output in no folder", LH_CANNOT_CREATE, "no such folder") {
      lh_extract(Fixture.path("golden/tiny.pt"), minimal, "no such folder/x.lhb", nil, $1)
    },
  ]

  private static func extract(
    _ error: UnsafeMutablePointer<lh_error>?, _ change: (inout lh_extract_options) -> Void
  ) -> lh_status {
    var options = lh_extract_options()
    options.struct_size = MemoryLayout<lh_extract_options>.size
    change(&options)
    return lh_extract("no such.pt", "base-min", "/tmp/lighthubert-none.lhb", &options, error)
  }
}
