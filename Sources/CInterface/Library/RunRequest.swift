import CLightHuBERT
import LightHuBERT

/// What a caller wants of a run, checked against the model.
struct RunRequest {
  let model: Model
  let selection: FeatureSelection
  /// The hidden states that the selection means.
  let layers: [Int]
  /// Width of a frame.
  let width: Int
  let progress: ((Double) -> Bool)?

  init(_ pointer: UnsafePointer<lh_run_options>?, for model: Model) throws(CallFault) {
    let options = try options(pointer, else: lh_run_options())
    try checkReserved(options.reserved)
    self.model = model
    let listed = try RunRequest.listedLayers(of: options, model)
    let selection = FeatureSelection(
      layers: try choice(options.layer_selection, among: .last, .all, .indices(listed), of: "layer_selection"),
      layerZero: try choice(options.layer_zero, among: .projection, .encoderInput, of: "layer_zero"),
      lastState: try choice(options.last_state, among: .raw, .normed, of: "last_state"),
      isProjected: try choice(options.project, among: false, true, of: "project"),
      normalize: try choice(options.normalize, among: nil, true, false, of: "normalize"))
    self.selection = selection
    layers = try mappingFaults { () throws(ModelFault) in try model.layerIndices(selection.layers) }
    width = try mappingFaults { () throws(ModelFault) in try model.width(of: selection) }
    progress = progressFunction(options.progress, options.progress_data)
  }

  /// The list of hidden states; empty for the selections that have none.
  private static func listedLayers(of options: lh_run_options, _ model: Model) throws(CallFault) -> [Int] {
    guard options.layer_selection == LH_LAYERS_LISTED else {
      guard options.layers == nil, options.layer_count == 0 else {
        throw CallFault(LH_INVALID_ARGUMENT, "layers are listed, but layer_selection is not LH_LAYERS_LISTED")
      }
      return []
    }
    let limit = model.hiddenStateCount
    guard (1...limit).contains(options.layer_count) else {
      throw CallFault(
        LH_INVALID_ARGUMENT, "layer_count is \(UInt(bitPattern: options.layer_count)), expected 1 to \(limit)")
    }
    let layers = try array(options.layers, count: options.layer_count, "layers").map { Int($0) }
    for (place, layer) in layers.enumerated() where layers[..<place].contains(layer) {
      throw CallFault(LH_INVALID_ARGUMENT, "hidden state \(layer) is listed twice")
    }
    return layers
  }

  /// Floats of the output for a number of samples.
  func outputCount(samples: Int) throws(CallFault) -> Int {
    try checkSampleCount(samples)
    try mappingFaults { () throws(ModelFault) in try model.checkSampleCount(samples) }
    // Configurations are limited to widths and depths with which this cannot overflow.
    return layers.count * model.frameCount(forSamples: samples) * width
  }
}
