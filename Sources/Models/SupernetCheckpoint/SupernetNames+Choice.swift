public import LHSupernet
import LHTensorNames

extension SupernetNames {
  /// The most prefixes that are tried. Averages and teachers make two or three.
  private static let prefixLimit = 8

  /// Chooses the prefix under which a checkpoint holds a model.
  ///
  /// Names without a prefix come first, as the published code writes them. Otherwise one prefix must hold the whole
  /// model, all of its tensors in their full shapes; when several do, or none of several, nothing is chosen.
  ///
  /// - Parameters:
  ///   - all: The names of the checkpoint's tensors.
  ///   - problems: What is wrong with a model of these names.
  /// - Returns: The names, and the prefixes under which there are other models.
  /// - Throws: `tensorsDoNotFit`, `ambiguousPrefixes`.
  static func choose(
    from all: [String], problems: (SupernetNames) -> [TensorProblem]
  ) throws(SubnetFault) -> (names: SupernetNames, others: [String]) {
    let prefixes = SupernetNames.prefixes(in: all)
    guard !prefixes.isEmpty else {
      let names = SupernetNames(all, prefix: "")
      throw .tensorsDoNotFit(hasRoots(all) ? problems(names) : [.noneOfModel(found: all)])
    }
    func tried(_ prefix: String) -> (names: SupernetNames, problems: [TensorProblem]) {
      let names = SupernetNames(all, prefix: prefix)
      return (names, problems(names))
    }
    if prefixes.first == "" || prefixes.count == 1 {
      let (names, problems) = tried(prefixes[0])
      if problems.isEmpty { return (names, prefixes.filter { $0 != names.prefix }) }
      if prefixes.count == 1 { throw .tensorsDoNotFit(problems) }
    }
    guard prefixes.count <= prefixLimit else { throw .ambiguousPrefixes(prefixes, whole: 0) }
    let whole = prefixes.filter { $0 != "" }.map(tried).filter(\.problems.isEmpty)
    guard whole.count == 1 else { throw .ambiguousPrefixes(prefixes, whole: whole.count) }
    return (whole[0].names, prefixes.filter { $0 != whole[0].names.prefix })
  }
}
