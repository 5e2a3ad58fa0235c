public import LHKernelTypes

#if KERNELS_AVX512
  private let name = "avx512"
#elseif KERNELS_AVX2
  private let name = "avx2"
#else
  private let name = "baseline"
#endif

/// The kernels of this instruction set.
public let kernels = KernelSet(name: name, lanes: lanes, panelVectors: panelVectors) {
  $0.multiplyPanel = { multiplyPanel($0) }
  $0.multiplyInt8Panel = { multiplyInt8Panel($0) }
  $0.multiplyBFloat16Panel = { multiplyBFloat16Panel($0) }
  $0.quantizeRows = { quantizeRows($0) }
  $0.quantizeColumn = { quantizeColumn($0) }
  $0.roundToBFloat16 = { roundToBFloat16($0) }
  $0.pairToBFloat16 = { pairToBFloat16($0) }
  $0.gelu = { geluRows($0) }
  $0.coarseGELU = { coarseGELURows($0) }
  $0.relu = { reluRows($0) }
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
