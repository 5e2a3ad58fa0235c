extension Model {
  /// The hidden states that a selection means: indices in 0...layers, in the order in which they are asked for.
  ///
  /// - Throws: `ModelFault.noSuchLayer`.
  public func layerIndices(_ selection: LayerSelection) throws(ModelFault) -> [Int] {
    try check(selection)
    switch selection {
    case .last: return [shape.layers.count]
    case .all: return Array(0..<hiddenStateCount)
    case .indices(let indices): return indices
    }
  }

  /// Makes sure that all hidden states of a selection exist.
  ///
  /// - Returns: Their number.
  @discardableResult
  func check(_ selection: LayerSelection) throws(ModelFault) -> Int {
    switch selection {
    case .last: return 1
    case .all: return hiddenStateCount
    case .indices(let indices):
      for index in indices where !(0..<hiddenStateCount).contains(index) {
        throw .noSuchLayer(index, count: hiddenStateCount)
      }
      return indices.count
    }
  }

  /// The width of a frame of the features that a selection means: E, or P of the final projection.
  ///
  /// - Throws: `ModelFault.noProjection`.
  public func width(of selection: FeatureSelection) throws(ModelFault) -> Int {
    guard selection.isProjected else { return shape.width }
    guard let width = shape.finalProjection else { throw .noProjection }
    return width
  }

  /// Makes sure that so many samples are enough for a frame.
  package func checkSampleCount(_ count: Int) throws(ModelFault) {
    let minimum = shape.convolutions.minimumSampleCount
    guard count >= minimum else { throw .tooShort(samples: count, minimum: minimum) }
  }
}
