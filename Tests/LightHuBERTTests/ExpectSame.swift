import LightHuBERT
import Testing

/// Expects all hidden states to be the same to the last bit for any number of threads.
func expectSameForAnyThreads(_ model: Model, _ samples: [Float]) throws {
  let alone = try Session(model, threadCount: 1).features(of: samples, layers: .all)
  for threadCount in [2, 3, 7] {
    let shared = try Session(model, threadCount: threadCount).features(of: samples, layers: .all)
    #expect(shared == alone, "\(threadCount) threads")
  }
}

/// Expects all hidden states to be the same to the last bit for any sizes of blocks.
func expectSameForAnyBlocks(_ model: Model, _ samples: [Float]) throws {
  let session = Session(model, threadCount: 1)
  let usual = try session.features(of: samples, layers: .all)
  for (convFrames, queries) in [(1, 1), (7, 5), (32, 48), (1000, 12)] {
    session.blocking.convFrames = convFrames
    session.blocking.queries = queries
    let cut = try session.features(of: samples, layers: .all)
    #expect(cut == usual, "\(convFrames) frames of the extractor, \(queries) queries at a time")
  }
}
