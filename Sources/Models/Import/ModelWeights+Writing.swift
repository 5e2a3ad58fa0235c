import LHModel
import LHSubnetFile
import LHSystem

extension ModelWeights {
  /// Writes the model to a `.lhb` file, which appears under its name only when it is whole and on the disk.
  ///
  /// - Parameters:
  ///   - path: The file to write.
  ///   - options: How it is written.
  ///   - progress: Called with the done fraction of the work now and then, on the calling thread; false cancels.
  func write(
    to path: String, options: ExtractionOptions, progress: ((Double) -> Bool)?
  ) throws(ExtractionFault) -> SubnetSummary {
    guard SubnetWriter.compressionLevels.contains(options.compressionLevel) else {
      throw .noSuchCompressionLevel(options.compressionLevel, levels: SubnetWriter.compressionLevels)
    }
    guard options.maxError >= 0 else { throw .noSuchMaxError(options.maxError) }
    do {
      digest.start()
      var writer = SubnetWriter(
        model,
        provenance: Provenance(
          source: self.path, sourceSize: files.byteCount, tool: options.tool, date: try Provenance.presentDate(),
          weights: options.weights))
      writer.compressionLevel = options.compressionLevel
      if options.weights == .int8 {
        writer.plan = try quantizationPlan(statistics: options.statistics, maxError: options.maxError)
      }
      let allowsNonfinite = options.allowsNonfinite && options.weights != .int8
      return try writer.write(
        to: path, replacing: options.replacing,
        sourceDigest: {
          let digest = try digest.wait()
          // The weights have been read by now: they and the digest are of one state of the files.
          try files.checkUnchanged()
          return digest
        },
        progress: { done, count in
          if let progress, !progress(Double(done) / Double(count)) { throw ExtractionFault.cancelled }
        },
        values: { tensor, target in try write(tensor, allowsNonfinite, target) })
    } catch {
      throw ExtractionFault(error, checkpoint: self.path)
    }
  }
}
