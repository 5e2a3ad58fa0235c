import LHTestSupport
import Testing

/// Features of files as people really have them, beside those of the original.
@Suite struct RealSoundFeatureTests {
  @Test func `Features of real files are those of the original, as far as their codecs keep it`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      func features(_ file: String) throws -> NumPyArray {
        let result = runProgram("lhb-features", ["--model", subnet.path, RealSoundCase.folder + file])
        try #require(result.status == 0, "\(file): \(result.errors)")
        return try NumPyArray(bytes: result.output, name: file)
      }
      var truths: [String: NumPyArray] = [:]
      for row in RealSoundCase.all where row.isRead {
        guard let largest = row.featureError else { continue }
        let truth = try truths[row.truth] ?? features(row.truth)
        truths[row.truth] = truth
        let found = try features(row.file)
        let error = relativeError(found, truth)
        #expect(error <= largest, "\(row.file): relative error \(error)")
      }
    }
  }

  @Test func `What is not read is one line, and leaves nothing`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      for row in RealSoundCase.all where !row.isRead {
        let path = RealSoundCase.folder + row.file
        let result = runProgram("lhb-features", ["--model", subnet.path, "--output", folder + "/out.npy", path])
        #expect(result.status == 65 && result.output.isEmpty, "\(row.file): \(result.errors)")
        #expect(result.errors.hasPrefix("lhb-features: error: \(path): "), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        #expect(!filesInFolder(folder).contains("out.npy"))
      }
    }
  }

  /// Root mean squares of the differences and of the original's features, over frames that both have.
  private func relativeError(_ found: NumPyArray, _ truth: NumPyArray) -> Double {
    let count = min(found.values.count, truth.values.count)
    var (difference, power) = (0.0, 0.0)
    for index in 0..<count {
      let expected = Double(truth.values[index])
      difference += (Double(found.values[index]) - expected) * (Double(found.values[index]) - expected)
      power += expected * expected
    }
    return count == 0 ? .infinity : (difference / power).squareRoot()
  }
}
