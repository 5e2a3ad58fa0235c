/// A kernel: what it computes and where is all in its argument.
public typealias Kernel<Arguments> = @Sendable (Arguments) -> Void

/// The kernels of one instruction set. They take pointers and sizes, allocate nothing and throw nothing.
///
/// All members compute the same functions for every set; only the order of roundings inside reductions may differ. What
/// a kernel computes is told by its argument.
public struct KernelSet: Sendable {
  /// "avx512-amx", "avx512", "avx512-plain", "avx2", "avx2-plain", "baseline", "scalar" or
  /// "scalar-amx".
  public private(set) var name: String
  /// The dot-product instructions that it uses.
  public private(set) var dotProducts = DotProducts()
  /// Products of float32 in matrix registers; nil where there are none.
  public private(set) var split: SplitKernels?
  /// Floats in a vector.
  public let lanes: Int
  /// Vectors in the widest panel.
  public let panelVectors: Int

  /// A product of rows with a panel.
  public var multiplyPanel: Kernel<PanelProduct> = missing()
  /// A product of rows of bytes with a panel of an eight-bit matrix.
  public var multiplyInt8Panel: Kernel<Int8PanelProduct> = missing()
  /// A product of rows with a panel in bfloat16.
  public var multiplyBFloat16Panel: Kernel<BFloat16PanelProduct> = missing()
  /// Rows of floats to bytes.
  public var quantizeRows: Kernel<QuantizeRows> = missing()
  /// Floats to signed bytes with one scale.
  public var quantizeColumn: @Sendable (QuantizeColumn) -> ColumnQuantization = missing()
  /// Floats to bfloat16.
  public var roundToBFloat16: Kernel<BFloat16Rounding> = missing()
  /// Pairs of rows to bfloat16.
  public var pairToBFloat16: Kernel<BFloat16Pairing> = missing()
  /// GELU, the exact erf form.
  public var gelu: Kernel<ElementwiseRows> = missing()
  /// `GELUForm.coarse`.
  public var coarseGELU: Kernel<ElementwiseRows> = missing()
  /// max(x, 0).
  public var relu: Kernel<ElementwiseRows> = missing()
  /// A layer norm, with GELU after it if asked for.
  public var layerNorm: Kernel<LayerNormRows> = missing()
  /// A block of a softmax.
  public var softmaxNumerators: @Sendable (SoftmaxBlock) -> SoftmaxStep = missing()
  /// x *= factor.
  public var scale: Kernel<ScaleElements> = missing()
  /// y = (x - mean) * factor.
  public var standardize: Kernel<StandardizeElements> = missing()
  /// x += y.
  public var add: Kernel<AddElements> = missing()
  /// x += factor * y.
  public var addScaled: Kernel<AddScaledElements> = missing()
  /// The sums of frames that a fast convolution multiplies.
  public var toomCookInputs: Kernel<ToomCookInputs> = missing()
  /// How its middle products enter the outputs.
  public var toomCookOutputs: Kernel<ToomCookOutputs> = missing()
  /// A block to its spectrum.
  public var forwardTransform: Kernel<ForwardTransform> = missing()
  /// A spectrum to its block.
  public var inverseTransform: Kernel<InverseTransform> = missing()
  /// Products of complex rows from those of their parts.
  public var complexProducts: Kernel<ComplexProducts> = missing()
  /// The sums of quarters that Strassen's algorithm multiplies.
  public var strassenSums: Kernel<StrassenSums> = missing()
  /// How its products enter the result.
  public var strassenOutputs: Kernel<StrassenOutputs> = missing()
  /// Rows to columns.
  public var transpose: Kernel<Transposition> = missing()
  /// Runs multiply-adds, and gives how many floating-point operations that were.
  public var peak: @Sendable (PeakLoop) -> Int = missing()

  /// Whether products are computed in matrix registers: so fast that bringing the weights near takes longer.
  public var hasMatrixRegisters: Bool { split != nil }

  /// Floats in the widest panel.
  public var panelWidth: Int { lanes * panelVectors }

  /// A set of kernels.
  ///
  /// - Parameter enter: Enters all kernels; one that is left out stops the program when it is called, in its tests at
  ///   the
  ///   latest.
  public init(name: String, lanes: Int, panelVectors: Int, enter: (inout KernelSet) -> Void) {
    self.name = name
    self.lanes = lanes
    self.panelVectors = panelVectors
    enter(&self)
  }

  /// Multiplies bytes with a dot-product instruction from now on.
  public mutating func useDotProducts(_ name: String, int8 kernel: @escaping Kernel<Int8PanelProduct>) {
    dotProducts.int8 = name
    multiplyInt8Panel = kernel
  }

  /// Multiplies bfloat16 with a dot-product instruction from now on.
  public mutating func useDotProducts(_ name: String, bfloat16 kernel: @escaping Kernel<BFloat16PanelProduct>) {
    dotProducts.bfloat16 = name
    multiplyBFloat16Panel = kernel
  }

  /// Multiplies float32 in matrix registers from now on, and chooses forms of products that suit them.
  public mutating func useMatrixRegisters(_ kernels: SplitKernels) { split = kernels }

  /// The same kernels under another name.
  public func renamed(_ name: String) -> KernelSet {
    var set = self
    set.name = name
    return set
  }
}

/// Stands for a kernel that a set did not enter.
private func missing<Arguments, Result>() -> @Sendable (Arguments) -> Result {
  { _ in preconditionFailure("a set of kernels lacks one") }
}
