public import LHFamilies
public import LHModel
public import LHSubnetFile
import LHSystem

/// A model of the HuBERT family in the files that people have: fairseq's checkpoints, Hugging Face folders, and what
/// s3prl, torchaudio and the authors of WavLM, DistilHuBERT and DPHuBERT write.
///
///     let model = try PretrainedModel(contentsOf: "hubert_base_ls960.pt")
///     try model.extract(to: "hubert-base.lhb")
///
/// It holds the open files; weights are read while a `.lhb` file is written. It never changes and may be shared between
/// threads. Nothing in the files is executed.
public final class PretrainedModel: Sendable {
  /// The file or folder that it was opened with.
  public let path: String
  /// Its family.
  public var family: ModelFamily { reading.family }
  /// What it computes.
  public var shape: EncoderShape { reading.shape }
  /// What was recognised, in one line.
  public var summary: String { reading.summary }
  /// What a person should know of how it was read although nothing is wrong, a line each.
  public let notes: [String]

  /// What the files were understood as.
  package let reading: FamilyReading
  private let files: PretrainedFiles
  /// What the model is, where its files say that themselves as lhb-export writes them; nil elsewhere.
  private let model: ModelDescription?
  /// SHA-256 of the files, once the first extraction has asked for it.
  private let digest: BackgroundDigest

  /// Opens a model.
  ///
  /// Checks that it has all tensors that its configuration describes in their full shapes, and none inside the encoder
  /// that would not be used.
  ///
  /// - Parameters:
  ///   - path: A checkpoint, a `.safetensors` file with its `config.json` beside it, or a folder that has both.
  ///   - choices: What the caller knows better than the files.
  /// - Throws: `ExtractionFault.cause` when a file cannot be read or is none of these, `.unsuitable` when the model is
  ///   none that is computed here.
  public convenience init(contentsOf path: String, _ choices: ReadingChoices = .init()) throws(ExtractionFault) {
    try self.init(try WeightStore(path), path, choices)
  }

  /// The model of weights that are open.
  init(_ store: WeightStore, _ path: String, _ choices: ReadingChoices) throws(ExtractionFault) {
    self.path = path
    files = try PretrainedFiles(store, path)
    digest = BackgroundDigest(of: files.weights)
    model = try files.model.map { model throws(ExtractionFault) in try model.with(choices, path: path) }
    do throws(FamilyFault) {
      reading =
        if let model {
          try FamilyReading(model.family, model.shape, of: files.content)
        } else {
          try FamilyReading(files.content, choices)
        }
    } catch {
      throw .unsuitable(checkpoint: path, error)
    }
    notes = files.notes + reading.notes
  }

  /// Bytes of its files.
  public var byteCount: Int { files.weights.byteCount }

  /// Writes the model to a `.lhb` file, which appears under its name only when it is whole and on the disk.
  ///
  /// - Parameters:
  ///   - path: The file to write.
  ///   - options: How it is written.
  ///   - progress: Called with the done fraction of the work now and then, on the calling thread; false cancels, and
  ///     then no file is left.
  /// - Returns: What was written.
  /// - Throws: `ExtractionFault`; whatever goes wrong, a file that was there before is as it was.
  @discardableResult
  public func extract(
    to path: String, options: ExtractionOptions = .init(), progress: ((Double) -> Bool)? = nil
  ) throws(ExtractionFault) -> SubnetSummary {
    if let own = files.paths.first(where: { isSameFile(path, $0) }) {
      throw own == path ? .outputIsCheckpoint(path: path) : .outputIsCheckpoint(path: own)
    }
    return try weights.write(to: path, options: options, progress: progress)
  }

  /// What the model is, for files and programs.
  package var whole: WholeModel { WholeModel(family: family, container: reading.container.name, shape: shape) }

  /// What the model is for a `.lhb` file of it.
  private var description: ModelDescription { model ?? .whole(whole) }

  /// Its weights.
  package var weights: ModelWeights {
    let tensors = Dictionary(uniqueKeysWithValues: reading.tensors.map { ($0.tensor.role, $0) })
    return ModelWeights(
      path: path, model: description, shape: shape, files: files.weights, digest: digest,
      write: { [self] tensor, allowsNonfinite, target in
        guard let tensor = tensors[tensor.role] else {
          preconditionFailure("the reading has every tensor of the layout")
        }
        do {
          return try tensor.write(to: target, allowingNonfinite: allowsNonfinite) { try files.tensor($0) }
        } catch let fault as FamilyFault {
          throw ExtractionFault.unsuitable(checkpoint: path, fault)
        }
      })
  }
}

extension ModelDescription {
  /// The description with what a caller knows better. A subnet's waveform is what its supernet's configuration says.
  fileprivate func with(_ choices: ReadingChoices, path: String) throws(ExtractionFault) -> ModelDescription {
    guard choices.normalizesWaveform != nil || choices.waveformEpsilon != nil else { return self }
    guard case .whole(var model) = self else {
      throw .cause(
        BadConfiguration(path: path, problem: "is a subnet, whose waveform is as the supernet's configuration says"))
    }
    model.shape.normalizesWaveform = choices.normalizesWaveform ?? model.shape.normalizesWaveform
    model.shape.waveformEpsilon = choices.waveformEpsilon ?? model.shape.waveformEpsilon
    return .whole(model)
  }
}
