import LHCommandSupport
import LHSubnetFile

/// The file of a model, and the file whose weights are the truth: the same one unless another is named.
struct SubnetPair {
  let path: String
  let referencePath: String
  /// Formats of the reference's weights that are coarser than those of any checkpoint.
  let referenceFormats: [String]

  /// Whether both are one file.
  let isOne: Bool

  /// Looks at both headers.
  ///
  /// - Parameter reference: The path of the other file; it must hold the same model.
  init(path: String, reference: String?) throws {
    self.path = path
    referencePath = reference ?? path
    isOne = reference == nil
    let file = try SubnetReader(path: path)
    let other = try reference.map { try SubnetReader(path: $0) } ?? file
    guard other.model == file.model else {
      let isSubnet = file.model.config != nil && other.model.config != nil
      let what =
        !isSubnet
        ? "another model" : other.model.config == file.model.config ? "another subnet" : "a subnet of another supernet"
      throw UsageFault("--reference \(referencePath): holds \(what) than \(path)")
    }
    referenceFormats = Set(other.entries.map { "\($0.elementType)" }).subtracting(["float32", "float16"]).sorted()
  }

  /// What is compared with.
  var description: String {
    let text = "float32, with the weights of " + (isOne ? "the same file" : referencePath)
    guard !referenceFormats.isEmpty else { return text }
    let formats = referenceFormats.joined(separator: " and ")
    return text + ", which are rounded to \(formats)"
      + (isOne ? ": the file of the unrounded ones as --reference would count that too" : "")
  }
}
