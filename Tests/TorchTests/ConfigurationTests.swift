import LHJSON
import LHTestSupport
import LHTorch
import Testing

@Suite struct ConfigurationTests {
  @Test(arguments: CheckpointWriter.ConfigurationForm.allCases, CheckpointWriter.Container.allCases)
  func readsEveryForm(form: CheckpointWriter.ConfigurationForm, container: CheckpointWriter.Container) throws {
    let model: JSONValue = [
      "encoder_layers": .integer(12), "layers": .array([.integer(-1), .string("ü"), .null]), "rate": .number(-0.5),
      "large": .integer(1 << 40), "inner": ["flag": .bool(true)],
    ]
    var writer = CheckpointWriter()
    writer.container = container
    writer.configurationForm = form
    writer.configuration = form == .arguments ? model : ["model": model, "task": ["normalize": .bool(false)]]
    writer.addTensor("weight", [1], shape: [1])
    let configuration = try open(writer.file()).configuration
    #expect(configuration["model"] == model)
    #expect(configuration["task"] == (form == .arguments ? model : ["normalize": .bool(false)]))
  }

  @Test func isEmptyWhenThereIsNone() throws {
    #expect(try open(checkpoint { _ in }.file()).configuration == .object([:]))
    let withNone = checkpoint { pickle in
      pickle.string("cfg")
      pickle.none()
    }
    #expect(try open(withNone.file()).configuration == .object([:]))
  }

  /// A configuration under "cfg" whose member "value" is what `append` appends.
  private func value(_ append: @escaping (inout PickleWriter) -> Void) throws -> JSONValue? {
    try open(
      checkpoint { pickle in
        pickle.string("cfg")
        pickle.dictionary { pickle in
          pickle.string("value")
          append(&pickle)
        }
      }.file()
    ).configuration["value"]
  }

  @Test func callsNothing() throws {
    let system = try value { $0.call("posix", "system") { $0.string("touch /tmp/this-must-not-be") } }
    #expect(system == .string("<posix.system>"))
    let nested = try value { pickle in
      pickle.call("builtins", "eval") { $0.call("builtins", "compile") { $0.string("1/0") } }
    }
    #expect(nested == .string("<builtins.eval>"))
  }

  @Test func unwrapsEnumerations() throws {
    let fairseq = try value { $0.call("fairseq.dataclass.constants", "Choices") { $0.string("layer_norm") } }
    #expect(fairseq == .string("layer_norm"))
    let byName = try value { pickle in
      pickle.call("builtins", "getattr") { pickle in
        pickle.global("fairseq.dataclass.constants", "Choices")
        pickle.string("layer_norm")
      }
    }
    #expect(byName == .string("layer_norm"))
    let omegaconf = try value { pickle in
      pickle.object("omegaconf.nodes", "EnumNode") { pickle in
        pickle.string("_val")
        pickle.call("some.module", "Mode") { $0.string("default") }
      }
    }
    #expect(omegaconf == .string("default"))
  }

  @Test func readsObjectsOfOldProtocols() throws {
    // (i: an instance with a dictionary as its state, as protocol 0 and Python 2 wrote it.
    let instance = try value { $0.raw("(iargparse\nNamespace\n}S'a'\nI5\nsb") }
    #expect(instance == ["a": .integer(5)])
    let reconstructed = try value { pickle in
      pickle.raw("ccopy_reg\n_reconstructor\n(cargparse\nNamespace\nc__builtin__\nobject\nNtR}S'a'\nI01\nsb")
    }
    #expect(reconstructed == ["a": .bool(true)])
    let ordered = try value { $0.raw("ccollections\nOrderedDict\n((lp9\n(lS'k'\naI3\naatR") }
    #expect(ordered == ["k": .integer(3)])
  }

  static let oldInstructions: [(instructions: String, value: JSONValue)] = [
    ("I12\n", .integer(12)), ("I-7\n", .integer(-7)), ("I00\n", .bool(false)),
    ("L-18446744073709551616L\n", .number(-0x1p64)),
    ("L9223372036854775807L\n", .integer(.max)), ("F1.5\n", .number(1.5)), ("F-inf\n", .number(-.infinity)),
    ("S'a\\x41\\n\\\\'\n", .string("aA\n\\")), ("Vx\\u00fc\\U0001F600\n", .string("xü😀")), ("U\u{2}ab", .string("ab")),
    ("T\u{2}\0\0\0ab", .string("ab")), ("(I1\nI2\nl", .array([.integer(1), .integer(2)])),
    ("(S'a'\nI1\nd", ["a": .integer(1)]),
    ("I1\nI2\n0", .integer(1)), ("I5\n(I1\n1", .integer(5)), ("I4\n20", .integer(4)), ("Np7\n0g7\n", .null),
    ("(cm\nC\no", .string("<m.C>")), ("cm\nC\n", .string("m.C")),
  ]

  @Test(arguments: oldInstructions.indices)
  func readsInstructionsOfOldProtocols(index: Int) throws {
    let (instructions, expected) = Self.oldInstructions[index]
    #expect(try value { $0.raw(instructions) } == expected, "\(instructions)")
  }

  @Test func readsLongIntegers() throws {
    #expect(try value { $0.raw([0x8a, 0]) } == .integer(0))
    #expect(try value { $0.raw([0x8a, 1, 0xff]) } == .integer(-1))
    #expect(try value { $0.raw([0x8a, 3, 0xff, 0, 0]) } == .integer(255))
    #expect(try value { $0.raw([0x8b, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0]) } == .number(0x1p63))
    #expect(try value { $0.raw([0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0xff]) } == .number(-0x1p64))
    #expect(try value { $0.raw([0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x80]) } == .integer(.min))
  }
}
