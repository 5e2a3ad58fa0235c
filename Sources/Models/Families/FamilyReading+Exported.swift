package import LHModel
import LHTensorNames

extension FamilyReading {
  /// Understands files that say themselves what they compute, and whose tensors have the names of a `.lhb` file.
  ///
  /// - Throws: `FamilyFault.tensorsDoNotFit` when they have not the tensors of that, or others.
  package init(_ family: ModelFamily, _ shape: EncoderShape, of files: ModelFiles) throws(FamilyFault) {
    let names = FairseqNames(shape)
    let tensors = EncoderLayout(shape).tensors.map {
      FamilyTensor(tensor: $0, source: .whole(names.name(of: $0.role)))
    }
    let title = ModelTitle(name: FamilyReading.name(family, shape), container: ContainerKind.exported.name)
    let problems = FamilyReading.problems(tensors, files)
    guard problems.isEmpty else { throw .tensorsDoNotFit(title, problems) }
    let known = Set(tensors.flatMap { $0.sources.map(\.name) })
    let others = files.tensorNames.filter { !known.contains($0) }
    guard others.isEmpty else { throw .tensorsDoNotFit(title, [.unused(tensors: others)]) }
    self.init(family: family, container: .exported, shape: shape, tensors: tensors, notes: [])
  }
}
