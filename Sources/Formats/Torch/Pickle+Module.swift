extension Pickle {
  /// The class of a PyTorch module that was saved as an object, not as its state dict; nil when the value is none.
  ///
  /// A module is known by the attributes that `torch.nn.Module` gives each of its kind.
  func moduleName(_ value: PickleValue) -> String? {
    guard let call = call(value), let attributes = attributes(value) else { return nil }
    let isModule = entry("_parameters", of: attributes) != nil && entry("_modules", of: attributes) != nil
    return isModule ? call.name : nil
  }

  /// What an entry of a dictionary of tensors is when it is plain data that is no tensor, such as a NumPy number, a
  /// dtype or a date. Nil for objects of other classes, which have no place there: this list is closed.
  func plainObject(_ value: PickleValue) -> String? {
    if let name = name(value) {
      let isDtype = name.hasPrefix("torch.") && NumberFormat.isKnown(dtype: String(name.dropFirst("torch.".count)))
      return isDtype ? name : nil
    }
    guard let name = call(value)?.name, Pickle.plainClasses.contains(name) else { return nil }
    return "an object of \(name)"
  }

  /// Functions that make NumPy's numbers and arrays, and classes of plain data.
  private static let plainClasses: Set<String> = [
    "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct", "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer",
    "numpy.dtype", "torch.device", "torch.Size", "builtins.complex", "builtins.slice", "builtins.range",
    "builtins.bytearray", "_codecs.encode", "argparse.Namespace", "omegaconf.dictconfig.DictConfig",
    "omegaconf.listconfig.ListConfig", "datetime.datetime", "datetime.date", "datetime.timedelta", "decimal.Decimal",
    "fractions.Fraction", "uuid.UUID", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath",
  ]
}
