import LHKernelTypes

/// The reference of every kernel: one element at a time, sums in double precision, the C library's functions. The other
/// sets are tested against it.
enum ReferenceKernels {
  static let set = KernelSet(name: "scalar", lanes: 1, panelVectors: 16) {
    $0.multiplyPanel = { multiplyPanel($0) }
    $0.multiplyInt8Panel = { multiplyInt8Panel($0) }
    $0.multiplyBFloat16Panel = { multiplyBFloat16Panel($0) }
    $0.quantizeRows = { quantizeRows($0) }
    $0.quantizeColumn = { quantizeColumn($0) }
    $0.roundToBFloat16 = { roundToBFloat16($0) }
    $0.pairToBFloat16 = { pairToBFloat16($0) }
    $0.gelu = { gelu($0) }
    $0.coarseGELU = { gelu($0) }
    $0.relu = { relu($0) }
    $0.layerNorm = { layerNorm($0) }
    $0.softmaxNumerators = { softmaxNumerators($0) }
    $0.scale = { scale($0) }
    $0.standardize = { standardize($0) }
    $0.add = { add($0) }
    $0.addScaled = { addScaled($0) }
    $0.toomCookInputs = { toomCookInputs($0) }
    $0.toomCookOutputs = { toomCookOutputs($0) }
    $0.forwardTransform = { forwardTransform($0) }
    $0.inverseTransform = { inverseTransform($0) }
    $0.complexProducts = { complexProducts($0) }
    $0.strassenSums = { strassenSums($0) }
    $0.strassenOutputs = { strassenOutputs($0) }
    $0.transpose = { transpose($0) }
    $0.peak = { peak($0) }
  }
}
