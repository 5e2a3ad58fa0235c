import CLightHuBERT

/// The samples of an utterance of a batch, or the place of its result.
struct BatchMemory {
  let start: UnsafeRawPointer
  let end: UnsafeRawPointer
  let isOutput: Bool
  let utterance: Int

  init?(_ bytes: UnsafeRawBufferPointer, isOutput: Bool, utterance: Int) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return nil }
    self.start = start
    end = start + bytes.count
    self.isOutput = isOutput
    self.utterance = utterance
  }
}

/// Makes sure that no result of a batch is written over another, or over samples that are still to be read: what comes
/// out would depend on the order. Utterances may share samples.
func checkOverlaps(_ batch: [Utterance]) throws(CallFault) {
  var places: [BatchMemory] = []
  places.reserveCapacity(2 * batch.count)
  for (index, utterance) in batch.enumerated() {
    let samples = BatchMemory(UnsafeRawBufferPointer(utterance.samples), isOutput: false, utterance: index)
    let output = BatchMemory(UnsafeRawBufferPointer(utterance.output), isOutput: true, utterance: index)
    for case let place? in [samples, output] { places.append(place) }
  }
  places.sort { $0.start < $1.start }
  // Of those that begin before: the output, and whatever it is, that reach furthest.
  var output: BatchMemory?
  var any: BatchMemory?
  for place in places {
    let earlier = place.isOutput ? any : output
    if let earlier, place.start < earlier.end {
      let (written, other) = place.isOutput ? (place, earlier) : (earlier, place)
      throw CallFault(
        LH_INVALID_ARGUMENT,
        "the output of utterance \(written.utterance) overlaps the \(other.isOutput ? "output" : "samples") "
          + "of utterance \(other.utterance)")
    }
    if place.isOutput, place.end > output?.end ?? place.start { output = place }
    if place.end > any?.end ?? place.start { any = place }
  }
}
