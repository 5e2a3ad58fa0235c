/// Products of float32 as products of bfloat16, for processors that multiply those much faster.
public struct SplitKernels: Sendable {
  /// Rows to planes of bfloat16.
  public let splitRows: Kernel<BFloat16Splitting>
  /// A product of split rows with a panel of float32.
  public let multiplyPanel: Kernel<SplitPanelProduct>

  /// Kernels.
  public init(splitRows: @escaping Kernel<BFloat16Splitting>, multiplyPanel: @escaping Kernel<SplitPanelProduct>) {
    self.splitRows = splitRows
    self.multiplyPanel = multiplyPanel
  }
}
