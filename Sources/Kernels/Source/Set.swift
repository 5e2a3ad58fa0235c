public import LHKernelTypes

#if KERNELS_AVX512
  private let name = "avx512"
#elseif KERNELS_AVX2
  private let name = "avx2"
#else
  private let name = "baseline"
#endif

/// The kernels of this instruction set.
public let kernels = KernelSet(
  name: name, lanes: lanes, panelVectors: panelVectors,
  multiplyPanel: { multiplyPanel($0) },
  multiplyInt8Panel: { multiplyInt8Panel($0) },
  multiplyBFloat16Panel: { multiplyBFloat16Panel($0) },
  quantizeRows: { quantizeRows($0) },
  quantizeSymmetric: { quantizeSymmetric($0, $1, $2) },
  roundToBFloat16: { roundToBFloat16($0, $1, $2) },
  pairToBFloat16: { pairToBFloat16($0, $1, $2, $3, $4, $5) },
  gelu: { geluRows($0, $1, $2, $3) },
  coarseGELU: { coarseGELURows($0, $1, $2, $3) },
  relu: { reluRows($0, $1, $2, $3) },
  layerNorm: { layerNorm($0) },
  softmaxNumerators: { softmaxNumerators($0, $1, &$2) },
  scale: { scale($0, $1, $2) },
  standardize: { standardize($0, $1, $2, $3, $4) },
  add: { add($0, $1, $2) },
  toomCookInputs: { toomCookInputs($0, $1, $2, $3) },
  toomCookOutputs: { toomCookOutputs($0, $1, $2, $3, $4) },
  forwardTransform: { forwardTransform($0, $1, $2) },
  inverseTransform: { inverseTransform($0, $1, $2, $3) },
  complexProducts: { complexProducts($0, $1, $2, $3, $4) },
  strassenSums: { strassenSums($0) },
  strassenOutputs: { strassenOutputs($0) },
  transpose: { transpose($0, $1, $2, $3, $4, $5) },
  peak: { peak($0) })
