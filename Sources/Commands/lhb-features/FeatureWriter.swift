import LHFeatureFiles
import LHRuntime
import LHSystem

/// Writes hidden states in the order asked for, each as soon as it is there and those before it are written.
///
/// The header is written with the first, so that a run that fails before it leaves nothing behind.
struct FeatureWriter {
  private let output: FeatureOutput
  private let shape: [Int]
  private var writer: NumPyWriter?
  /// Hidden states that came before their turn.
  private var waiting: [Int: [Float]] = [:]
  private var next = 0
  /// What went wrong; nothing is written after it.
  private(set) var fault: (any Fault)?

  /// - Parameter shape: (n, T, E) or (T, E).
  init(output: FeatureOutput, shape: [Int]) {
    self.output = output
    self.shape = shape
  }

  /// Takes the hidden state whose place among the wanted ones is `place`.
  mutating func take(_ state: UnsafeBufferPointer<Float>, place: Int) {
    guard fault == nil else { return }
    guard state.allSatisfy(\.isFinite) else {
      fault = NonFiniteFeatures()
      return
    }
    do throws(FileFault) {
      guard place == next else {
        waiting[place] = Array(state)
        return
      }
      if writer == nil { writer = try output.begin(shape: shape) }
      try writer?.write(state)
      next += 1
      while let values = waiting.removeValue(forKey: next) {
        try writer?.write(values)
        next += 1
      }
    } catch {
      fault = error
    }
  }

  /// Ends the array, or throws what went wrong.
  func finish() throws {
    if let fault { throw fault }
    try output.finish()
  }
}

/// Features that are no finite numbers: samples far beyond full scale overflow where nothing normalises them.
struct NonFiniteFeatures: Fault {
  var kind: FaultKind { .badData }
  var description: String {
    "its features are not finite; samples far beyond -1 to 1 overflow: "
      + "scale them, or see that the model's weights are finite"
  }
}
