/// The most of everything that is read of a checkpoint. Real ones stay far below: a supernet of 220 tensors with its
/// optimiser's state has a pickle of some 100 KB, 20,000 values and 700 records.
///
/// With these, opening a file takes at most about 100 MB, whatever is in it, and a tensor as much as its storage.
enum CheckpointLimits {
  // MARK: The zip archive

  /// Records of an archive.
  static let records = 1 << 16
  /// Bytes of an archive's directory.
  static let directoryBytes = 16 << 20
  /// Bytes of a record's name.
  static let recordNameBytes = 512

  /// Extra fields of a header. PyTorch writes two: padding, and sizes beyond 4 GB.
  static let extraFields = 8

  // MARK: The pickle

  /// Bytes of the pickle in an archive, or of the five of the older format together.
  static let pickleBytes = 16 << 20
  /// Instructions.
  static let instructions = 1 << 19
  /// Values, marks and memo entries that a pickle makes, together.
  static let values = 1 << 18
  /// Values on the stack.
  static let stackDepth = 1 << 17
  /// Marks at a time: what is nested in what. Python's own limit is about 1000.
  static let marks = 1 << 12
  /// The number of a memo entry. `torch.save` counts them up from 0.
  static let memoNumber = 1 << 18
  /// Bytes of one text.
  static let textBytes = 1 << 20
  /// Bytes of one integer. Of integers beyond 64 bits only the magic number of the older format has a meaning.
  static let integerBytes = 64
  /// Bytes of the name of a class or function, with its module.
  static let classNameBytes = 512

  // MARK: What the pickle describes

  /// Bytes of a tensor's name, and of a storage's.
  static let nameBytes = 512
  /// Axes of a tensor, as in PyTorch.
  static let rank = 64
  /// What the tensors of a state dict may come to: four times the file's size, and this. Views share storages, and one
  /// whose stride is 0 repeats what it has, so that a small file could stand for any amount.
  static let sharedBytes = 1 << 20
  /// The nesting of a configuration.
  static let configurationDepth = 64
  /// The most that a configuration may come to, counting each value as 16 and each text by its length too. A value that
  /// is referred to from many places counts each time, so that sharing cannot make a small file a huge tree.
  static let configurationSize = 1 << 22
}
