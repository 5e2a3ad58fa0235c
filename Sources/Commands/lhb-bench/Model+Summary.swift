import LHCommandSupport
import LHRuntime

extension Model {
  /// What it is, in one line.
  var summary: String { architecture.map(ModelText.summary(of:)) ?? ModelText.summary(of: shape) }
}
