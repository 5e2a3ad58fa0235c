/// The kernels of one instruction set. They take pointers and sizes, allocate nothing and throw nothing.
///
/// All members compute the same functions for every set; only the order of roundings inside reductions may differ.
public struct KernelSet: Sendable {
  /// "avx512", "avx512-plain", "avx2", "avx2-plain", "baseline" or "scalar".
  public private(set) var name: String
  /// The dot-product instructions that it uses.
  public private(set) var dotProducts = DotProducts()
  /// Floats in a vector.
  public let lanes: Int
  /// Vectors in the widest panel.
  public let panelVectors: Int
  /// A product of rows with a panel.
  public let multiplyPanel: @Sendable (PanelProduct) -> Void
  /// A product of rows of bytes with a panel of an eight-bit matrix.
  public private(set) var multiplyInt8Panel: @Sendable (Int8PanelProduct) -> Void
  /// A product of rows with a panel in bfloat16.
  public private(set) var multiplyBFloat16Panel: @Sendable (BFloat16PanelProduct) -> Void
  /// Rows of floats to bytes.
  public let quantizeRows: @Sendable (QuantizeRows) -> Void
  /// Floats to signed bytes with one scale, by the rule of `SymmetricQuantization`: (floats, count, bytes). Numbers
  /// that are not finite have the scale NaN. Gives the scale and the sum of the bytes.
  public let quantizeSymmetric:
    @Sendable (UnsafePointer<Float>, Int, UnsafeMutablePointer<Int8>) -> (scale: Float, sum: Int32)
  /// The nearest bfloat16, ties to even; a NaN stays one: (floats, bfloat16, count).
  public let roundToBFloat16: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<UInt16>, Int) -> Void
  /// Rows to bfloat16, each pair of rows in the lower and upper halves of words, with zeros where the last one has no
  /// second: (first row, rows, width, distance between rows, words, distance between rows of words).
  public let pairToBFloat16: @Sendable (UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<UInt32>, Int) -> Void
  /// GELU, the exact erf form, in place: (first element, rows, width, distance between rows).
  public let gelu: @Sendable (UnsafeMutablePointer<Float>, Int, Int, Int) -> Void
  /// `GELUForm.coarse`, with the same arguments.
  public let coarseGELU: @Sendable (UnsafeMutablePointer<Float>, Int, Int, Int) -> Void
  /// max(x, 0) in place: (first element, rows, width, distance between rows).
  public let relu: @Sendable (UnsafeMutablePointer<Float>, Int, Int, Int) -> Void
  /// A layer norm, with GELU after it if asked for.
  public let layerNorm: @Sendable (LayerNormRows) -> Void
  /// A block of a softmax, without its division, in place: (row, count, running) turns the scores into exp(score - m),
  /// where m is the largest score of this block and of those before, and adds them to the running sum. Gives the factor
  /// exp(old m - m) of everything that was computed from earlier blocks: 0 where there are none. `count` is at least 1.
  public let softmaxNumerators: @Sendable (UnsafeMutablePointer<Float>, Int, inout RunningSoftmax) -> Float
  /// x *= factor: (first element, count, factor).
  public let scale: @Sendable (UnsafeMutablePointer<Float>, Int, Float) -> Void
  /// y = (x - mean) * factor: (x, y, count, mean, factor).
  public let standardize: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Float, Float) -> Void
  /// x += y: (x, y, count).
  public let add: @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
  /// What the even taps of a fast convolution of kernel 3 and stride 2 multiply: (frame e0, distance between e0, e1, e2
  /// and e3, count, places) writes e0 - e2, e1 + e2, e2 - e1 and e3 - e1.
  public let toomCookInputs: @Sendable (UnsafePointer<Float>, Int, Int, ToomCookSums) -> Void
  /// How its middle products enter three outputs: (plus, minus, count, y, distance between outputs) writes plus +
  /// minus, plus - minus and plus + minus. `plus` may lie where the first output goes, and `minus` where any output
  /// goes.
  public let toomCookOutputs:
    @Sendable (UnsafePointer<Float>, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, Int) -> Void
  /// Rows of a block to its spectrum: (shape, first row in memory, first bin).
  public let forwardTransform: @Sendable (BlockTransform, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  /// Its inverse, plus a bias for each column: (shape, first bin, biases, first row in memory).
  public let inverseTransform:
    @Sendable (BlockTransform, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  /// Products of complex rows from those of their parts: (products, distance between rows, count, columns, y). The
  /// products have two rows for each complex one: a real part and an imaginary part, each times the real parts of all
  /// columns and then times the imaginary ones. y becomes [count][real, imaginary][columns].
  public let complexProducts: @Sendable (UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<Float>) -> Void
  /// The sums of quarters that Strassen's algorithm multiplies.
  public let strassenSums: @Sendable (StrassenSums) -> Void
  /// How its products enter the result.
  public let strassenOutputs: @Sendable (StrassenOutputs) -> Void
  /// Rows to columns: (source, rows, columns, source distance, destination, destination distance) writes
  /// destination[column * distance + row] = source[row * distance + column].
  public let transpose: @Sendable (UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<Float>, Int) -> Void
  /// Runs `rounds` of fused multiply-adds that depend on nothing but registers and gives how many floating-point
  /// operations that were: (rounds) -> operations. For measuring the processor's peak.
  public let peak: @Sendable (Int) -> Int

  /// Floats in the widest panel.
  public var panelWidth: Int { lanes * panelVectors }

  /// A set of kernels.
  public init(
    name: String, lanes: Int, panelVectors: Int,
    multiplyPanel: @escaping @Sendable (PanelProduct) -> Void,
    multiplyInt8Panel: @escaping @Sendable (Int8PanelProduct) -> Void,
    multiplyBFloat16Panel: @escaping @Sendable (BFloat16PanelProduct) -> Void,
    quantizeRows: @escaping @Sendable (QuantizeRows) -> Void,
    quantizeSymmetric:
      @escaping @Sendable (UnsafePointer<Float>, Int, UnsafeMutablePointer<Int8>) -> (scale: Float, sum: Int32),
    roundToBFloat16: @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<UInt16>, Int) -> Void,
    pairToBFloat16:
      @escaping @Sendable (UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<UInt32>, Int) -> Void,
    gelu: @escaping @Sendable (UnsafeMutablePointer<Float>, Int, Int, Int) -> Void,
    coarseGELU: @escaping @Sendable (UnsafeMutablePointer<Float>, Int, Int, Int) -> Void,
    relu: @escaping @Sendable (UnsafeMutablePointer<Float>, Int, Int, Int) -> Void,
    layerNorm: @escaping @Sendable (LayerNormRows) -> Void,
    softmaxNumerators: @escaping @Sendable (UnsafeMutablePointer<Float>, Int, inout RunningSoftmax) -> Float,
    scale: @escaping @Sendable (UnsafeMutablePointer<Float>, Int, Float) -> Void,
    standardize: @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Float, Float) -> Void,
    add: @escaping @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void,
    toomCookInputs: @escaping @Sendable (UnsafePointer<Float>, Int, Int, ToomCookSums) -> Void,
    toomCookOutputs:
      @escaping @Sendable (UnsafePointer<Float>, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, Int) -> Void,
    forwardTransform: @escaping @Sendable (BlockTransform, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void,
    inverseTransform:
      @escaping @Sendable (BlockTransform, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) ->
      Void,
    complexProducts: @escaping @Sendable (UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<Float>) -> Void,
    strassenSums: @escaping @Sendable (StrassenSums) -> Void,
    strassenOutputs: @escaping @Sendable (StrassenOutputs) -> Void,
    transpose: @escaping @Sendable (UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<Float>, Int) -> Void,
    peak: @escaping @Sendable (Int) -> Int
  ) {
    self.name = name
    self.lanes = lanes
    self.panelVectors = panelVectors
    self.multiplyPanel = multiplyPanel
    self.multiplyInt8Panel = multiplyInt8Panel
    self.multiplyBFloat16Panel = multiplyBFloat16Panel
    self.quantizeRows = quantizeRows
    self.quantizeSymmetric = quantizeSymmetric
    self.roundToBFloat16 = roundToBFloat16
    self.pairToBFloat16 = pairToBFloat16
    self.gelu = gelu
    self.coarseGELU = coarseGELU
    self.relu = relu
    self.layerNorm = layerNorm
    self.softmaxNumerators = softmaxNumerators
    self.scale = scale
    self.standardize = standardize
    self.add = add
    self.toomCookInputs = toomCookInputs
    self.toomCookOutputs = toomCookOutputs
    self.forwardTransform = forwardTransform
    self.inverseTransform = inverseTransform
    self.complexProducts = complexProducts
    self.strassenSums = strassenSums
    self.strassenOutputs = strassenOutputs
    self.transpose = transpose
    self.peak = peak
  }

  /// Multiplies bytes with a dot-product instruction from now on.
  public mutating func useDotProducts(_ name: String, int8 kernel: @escaping @Sendable (Int8PanelProduct) -> Void) {
    dotProducts.int8 = name
    multiplyInt8Panel = kernel
  }

  /// Multiplies bfloat16 with a dot-product instruction from now on.
  public mutating func useDotProducts(
    _ name: String, bfloat16 kernel: @escaping @Sendable (BFloat16PanelProduct) -> Void
  ) {
    dotProducts.bfloat16 = name
    multiplyBFloat16Panel = kernel
  }

  /// The same kernels under another name.
  public func renamed(_ name: String) -> KernelSet {
    var set = self
    set.name = name
    return set
  }
}
