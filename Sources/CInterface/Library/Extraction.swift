public import CLightHuBERT
import LHSubnetFile
import LightHuBERT

/// Takes a model whole, or cuts a subnet out of a checkpoint. Where that was read from other places than the published
/// ones is not told here: `lhb-inspect` shows it.
@c @implementation
public func lh_extract(
  _ checkpointPath: UnsafePointer<CChar>?, _ architecture: UnsafePointer<CChar>?,
  _ outputPath: UnsafePointer<CChar>?, _ options: UnsafePointer<lh_extract_options>?,
  _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let checkpoint = try text(checkpointPath, "checkpoint_path", limit: LH_MAX_PATH_LENGTH)
    let architecture = try architecture.map { architecture throws(CallFault) in
      try text(architecture, "architecture", limit: LH_MAX_ARCHITECTURE_LENGTH)
    }
    let output = try text(outputPath, "output_path", limit: LH_MAX_PATH_LENGTH)
    let options = try LightHuBERTC.options(options, else: lh_extract_options())
    let extractionOptions = try ExtractionOptions(options)
    let choices = try ReadingChoices(options)
    let progress = progressFunction(options.progress, options.progress_data)
    guard let architecture else {
      try mappingFaults { () throws(ExtractionFault) in
        _ = try PretrainedModel(contentsOf: checkpoint, choices)
          .extract(to: output, options: extractionOptions, progress: progress)
      }
      return
    }
    guard choices == ReadingChoices() else {
      throw CallFault(
        LH_INVALID_ARGUMENT, "normalize and waveform_eps are for models that are taken whole, without an architecture")
    }
    let supernet = try mappingFaults { () throws(ExtractionFault) in try Supernet(contentsOf: checkpoint) }
    let subnet = try mappingFaults { () throws(SubnetFault) in
      try Architecture(architecture, fitting: supernet.config)
    }
    _ = try mappingFaults { () throws(ExtractionFault) in
      try supernet.extract(subnet, to: output, options: extractionOptions, progress: progress)
    }
  }
}

extension ReadingChoices {
  fileprivate init(_ options: lh_extract_options) throws(CallFault) {
    let epsilon = Double(options.waveform_eps)
    guard epsilon >= 0 && epsilon.isFinite else {
      throw CallFault(LH_INVALID_ARGUMENT, "waveform_eps is \(epsilon), expected 0 or more")
    }
    self.init(
      normalizesWaveform: try choice(options.normalize, among: nil, true, false, of: "normalize"),
      waveformEpsilon: epsilon == 0 ? nil : Double("\(options.waveform_eps)"))
  }
}

extension ExtractionOptions {
  fileprivate init(_ options: lh_extract_options) throws(CallFault) {
    self.init(
      weights: try choice(options.weights, among: .auto, .f32, .f16, .bf16, .int8, of: "weights"),
      compressionLevel: Int(options.compression_level),
      allowsNonfinite: try choice(options.allow_nonfinite, among: false, true, of: "allow_nonfinite"),
      replacing: options.replace != 0)
    guard !allowsNonfinite || weights != .int8 else {
      throw CallFault(LH_INVALID_ARGUMENT, "allow_nonfinite is 1 with LH_WEIGHTS_INT8, which has no NaN, expected 0")
    }
    let levels = SubnetWriter.compressionLevels
    guard levels.contains(compressionLevel) else {
      throw CallFault(
        LH_INVALID_ARGUMENT,
        "compression_level is \(compressionLevel), expected \(levels.lowerBound) to \(levels.upperBound)")
    }
  }
}
