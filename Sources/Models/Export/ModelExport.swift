public import LHModel
public import LHSubnetFile
import LHSystem

/// A model in a `.lhb` file, opened to be written in another form.
///
///     let export = try ModelExport(contentsOf: "small.lhb")
///     let summary = try export.write(.huggingFace, to: "small-hf", options: ExportOptions(tool: ("mine", "1.0")))
///
/// Weights are read while the form is written; one tensor is in memory at a time.
public struct ModelExport: Sendable {
  /// The model's file.
  public let path: String
  /// What it is.
  public var model: ModelDescription { weights.reader.model }
  /// What it computes.
  public var shape: EncoderShape { weights.reader.shape }

  let weights: ExportWeights

  /// Opens a file.
  ///
  /// - Throws: `ExportFault.cause` when it cannot be read or is none.
  public init(contentsOf path: String) throws(ExportFault) {
    self.path = path
    do throws(SubnetFileFault) {
      weights = ExportWeights(reader: try SubnetReader(path: path))
    } catch {
      throw .cause(error)
    }
  }

  /// Writes the model in a form. What is written appears under its name only when it is whole.
  ///
  /// - Parameters:
  ///   - form: The form.
  ///   - path: The file, or for a Hugging Face model the folder.
  ///   - options: How it is written.
  ///   - progress: Called with the done fraction of the work now and then; false cancels, and then nothing is left.
  /// - Throws: `ExportFault`; whatever goes wrong, what was there before is as it was.
  public func write(
    _ form: ExportForm, to path: String, options: ExportOptions, progress: ((Double) -> Bool)? = nil
  ) throws(ExportFault) -> ExportSummary {
    guard !isSameFile(path, self.path) else { throw .outputIsModel(path: path) }
    do {
      let steps = ExportProgress(shape, progress)
      return switch form {
      case .huggingFace: try writeFolder(to: path, options, steps)
      case .safetensors: try writeTensors(to: path, options, steps)
      case .onnx: try writeGraph(to: path, options, steps)
      }
    } catch {
      throw ExportFault(error)
    }
  }

  /// What a person should know of the model itself, whatever the form.
  var notes: [String] {
    guard weights.reader.entries.contains(where: { $0.elementType == .int8 }) else { return [] }
    return ["weights that the file has in int8 are written as the floating-point numbers that they stand for"]
  }
}

/// Counts what is written.
final class ExportProgress {
  private let total: Int
  private var done = 0
  private let report: ((Double) -> Bool)?

  init(_ shape: EncoderShape, _ report: ((Double) -> Bool)?) {
    total = EncoderLayout(shape).tensors.reduce(1) { $0 + $1.count }
    self.report = report
  }

  /// Some elements were written. Padding may make them more than the model's.
  func add(_ count: Int) throws(ExportFault) {
    done += count
    guard let report else { return }
    if !report(min(1, Double(done) / Double(total))) { throw .cancelled }
  }
}
