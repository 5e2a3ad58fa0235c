import LHArchitectureFile
import LHJSON
import LHModel
import LHSupernet
import LHSupernetCheckpoint

extension FuzzTarget {
  /// An architecture in JSON or YAML, alone and against a supernet; and the same text as a configuration.
  static let architecture = FuzzTarget(
    name: "architecture",
    test: { bytes in
      let file = MemoryFile(bytes)
      let alone = try? loadArchitecture(file.path)
      let fitting = try? loadArchitecture(file.path, fitting: SampleFiles.config)
      if let fitting {
        expect(alone != nil, "what fits a supernet is an architecture")
        expect(fitting.violations(in: SampleFiles.config).isEmpty, "what was checked fits")
        _ = SubnetLayout(config: SampleFiles.config, architecture: fitting).tensors
        _ = MultiplyAccumulates(config: SampleFiles.config, architecture: fitting, samples: 16_000)
      }
      guard let json = try? JSONValue(parsing: bytes) else { return }
      guard let again = try? JSONValue(parsing: json.text()) else { fatalError("what was written cannot be read") }
      expect(again.text() == json.text(), "a text of JSON means the same when it is written anew")
      guard let config = try? ModelConfig(checkpointConfiguration: json) else { return }
      let layout = SubnetLayout(config: config, architecture: config.wholeArchitecture)
      expect(layout.tensors.allSatisfy { $0.count > 0 }, "every tensor of a layout has elements")
    }, mutate: nil)
}
