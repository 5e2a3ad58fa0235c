import LHJSON
import LHTestSupport
import LHTorch
import Testing

/// Under which keys weights are found, and what is said when they are not.
@Suite struct StateDictKeyTests {
  /// A checkpoint with one tensor, "weight", under each of these keys.
  private func file(_ keys: [String]) -> [UInt8] {
    var writer = CheckpointWriter()
    writer.addTensor("weight", [1, 2], shape: [2])
    writer.stateDictKey = keys[0]
    writer.addEntries = { pickle in
      for key in keys.dropFirst() {
        pickle.string(key)
        pickle.dictionary { pickle in
          pickle.string("other")
          appendTensor(to: &pickle)
        }
      }
    }
    return writer.file()
  }

  @Test(arguments: [
    "model", "state_dict", "model_state_dict", "model_state", "model_weight", "model_weights", "weights", "module",
    "net", "Upstream", "ema", "state_dict_ema",
  ])
  func `Known keys are read`(key: String) throws {
    let checkpoint = try open(file([key, "discriminator"]))
    #expect(checkpoint.tensorNames == ["weight"] && checkpoint.stateDictKey == key)
    #expect(checkpoint.unusedStateDictKeys == [])
    #expect(checkpoint.notes.isEmpty == ["model", "state_dict"].contains(key), "\(checkpoint.notes)")
  }

  @Test(arguments: [
    (["state_dict", "model", "net", "ema"], ["other"], ["state_dict", "net", "ema"]),
    (["state_dict", "ema"], ["weight"], ["ema"]), (["ema", "model"], ["other"], ["ema"]),
    (["ema", "net"], ["other"], ["ema"]),
  ])
  func `The published keys come first, averages last, and notes name the others`(
    keys: [String], names: [String], others: [String]
  ) throws {
    let checkpoint = try open(file(keys))
    #expect(checkpoint.tensorNames == names && checkpoint.unusedStateDictKeys == others)
    for other in others { #expect(checkpoint.notes.contains { $0.contains("\"\(other)\"") }, "\(checkpoint.notes)") }
  }

  @Test(arguments: [["net", "module"], ["ema", "model_ema"], ["model_weight", "weights", "net"]])
  func `Between keys of which none comes before the others nothing is chosen`(keys: [String]) throws {
    let fault = try fault(opening: file(keys))
    guard case .ambiguousStateDict(_, let found) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(Set(found) == Set(keys.map { "\"\($0)\"" }))
  }

  @Test func `Unknown keys are named, with what is under them`() throws {
    let unknown = try fault(opening: file(["weights_of_mine"]))?.description
    #expect(unknown?.contains(#""weights_of_mine" (a dictionary of 1 tensor)"#) == true, "\(unknown ?? "")")
    var writer = CheckpointWriter()
    writer.stateDictKey = "model"
    writer.addEntries = { pickle in
      for index in 0..<20 {
        pickle.string("\(index)")
        pickle.none()
      }
    }
    let none = try fault(opening: writer.file())?.description
    #expect(none?.contains("no tensor under \"model\"") == true, "\(none ?? "")")
    writer.stateDictKey = "nothing"
    let many = try fault(opening: writer.file())?.description
    #expect(many?.contains("a dictionary of 21 other things: \"nothing\" (a dictionary)") == true, "\(many ?? "")")
    #expect(many?.contains(" and 9 more") == true, "\(many ?? "")")
  }

  @Test(arguments: CheckpointWriter.Container.allCases)
  func `Configurations are found under every key where they occur`(container: CheckpointWriter.Container) throws {
    for key in Checkpoint.configurationKeys {
      var writer = CheckpointWriter()
      writer.container = container
      writer.configuration = ["encoder_layers": .integer(3)]
      writer.configurationKey = key
      writer.addTensor("weight", [1, 2], shape: [2])
      let checkpoint = try open(writer.file())
      #expect(checkpoint.configurations == [key: ["encoder_layers": .integer(3)]])
      #expect(checkpoint.keyWords.contains("\"\(key)\" (a dictionary)"), "\(checkpoint.keyWords)")
    }
  }

  @Test func `What is no configuration is no reason to refuse a file that has one`() throws {
    let vocabulary = { (pickle: inout PickleWriter) in
      pickle.string("config")
      pickle.dictionary { pickle in
        pickle.string("5")
        pickle.none()
        pickle.integer(5)
        pickle.none()
      }
    }
    var writer = checkpoint(with: vocabulary)
    guard case .badConfiguration = try fault(opening: writer.file()) else {
      Issue.record("the only configuration has a key twice")
      return
    }
    writer.configuration = ["model": ["encoder_layers": .integer(3)]]
    #expect(try open(writer.file()).configurations == ["cfg": ["model": ["encoder_layers": .integer(3)]]])
  }

  @Test func `A dictionary of a class of its own is read as one`() throws {
    let writer = checkpoint { pickle in
      pickle.string("hyper_parameters")
      // As Python pickles a subclass of dict.
      pickle.global("lightning.fabric.utilities.data", "AttributeDict")
      pickle.raw([0x29, 0x81])
      pickle.raw("(")
      pickle.string("encoder_layers")
      pickle.integer(3)
      pickle.raw("u")
    }
    #expect(try open(writer.file()).configurations["hyper_parameters"] == ["encoder_layers": .integer(3)])
  }

  @Test func `A module is named, wherever it is, and so is a safetensors file`() throws {
    let module = { (pickle: inout PickleWriter) in
      pickle.object("torch.nn.parallel.data_parallel", "DataParallel") { pickle in
        for name in ["_parameters", "_buffers", "_modules"] {
          pickle.string(name)
          pickle.dictionary { _ in }
        }
      }
    }
    for key in [nil, "model", "net"] {
      var pickle = PickleWriter()
      if let key {
        pickle.dictionary { pickle in
          pickle.string(key)
          module(&pickle)
        }
      } else {
        module(&pickle)
      }
      pickle.stop()
      let fault = try #require(try fault(opening: zipFile(pickle: pickle.bytes)))
      guard case .savedModule(_, "torch.nn.parallel.data_parallel.DataParallel", _) = fault else {
        Issue.record("\(fault)")
        continue
      }
      #expect(fault.description.contains("model.state_dict()"))
      #expect(key.map { fault.description.contains("under \"\($0)\"") } ?? true, "\(fault)")
    }
    let header = Array(#"{"weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.utf8)
    let file = UInt64(header.count).littleEndianBytes + header + [0, 0, 0, 0]
    let fault = try #require(try fault(opening: file))
    #expect(fault.description.contains("is a safetensors file (convert it"), "\(fault)")
    #expect(fault.description.contains("safetensors.torch.load_file"), "\(fault)")
  }

  @Test func `Keys that occur twice are refused everywhere`() throws {
    let twice: [(inout PickleWriter) -> Void] = [
      { pickle in
        for _ in 0..<2 {
          pickle.string("cfg")
          pickle.dictionary { _ in }
        }
      },
      { pickle in
        pickle.string("cfg")
        pickle.dictionary { pickle in
          for value in 0..<2 {
            pickle.string("a")
            pickle.integer(value)
          }
        }
      },
      { pickle in
        pickle.string("cfg")
        pickle.dictionary { pickle in
          pickle.string("5")
          pickle.none()
          pickle.integer(5)
          pickle.none()
        }
      },
      { pickle in
        pickle.string("cfg")
        pickle.dictionary { pickle in
          pickle.string("inner")
          pickle.object("omegaconf.nodes", "AnyNode") { pickle in
            for value in 0..<2 {
              pickle.string("_val")
              pickle.integer(value)
            }
          }
        }
      },
    ]
    for (index, append) in twice.enumerated() {
      let fault = try fault(opening: checkpoint(with: append).file())
      #expect(fault?.description.contains("twice") == true, "\(index): \(String(describing: fault))")
    }
  }
}
