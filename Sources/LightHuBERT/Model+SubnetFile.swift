public import SubnetFile

extension Model {
  /// Opens a `.lhb` file and packs its weights.
  ///
  /// - Throws: `ModelFault.cause` with the fault of the file, or of the instruction set that was asked for.
  public convenience init(contentsOf path: String, options: RuntimeOptions = .init()) throws(ModelFault) {
    let reader: SubnetReader
    do throws(SubnetFileFault) {
      reader = try SubnetReader(path: path)
    } catch {
      throw .cause(error)
    }
    try self.init(reader: reader, path: path, options: options)
  }

  /// Packs the weights of an open file. Pages of a mapped file are given back once they are packed.
  public convenience init(
    reader: SubnetReader, path: String, options: RuntimeOptions = .init()
  ) throws(ModelFault) {
    try self.init(
      path: path, config: reader.config, architecture: reader.architecture, options: options,
      source: TensorSource(
        tensor: { name throws(ModelFault) in
          do throws(SubnetFileFault) {
            return try reader.tensor(name)
          } catch {
            throw .cause(error)
          }
        },
        forEachPart: { name, rowsAtOnce, body throws(ModelFault) in
          do throws(SubnetFileFault) {
            try reader.forEachPart(of: name, rowsAtOnce: rowsAtOnce, body)
          } catch {
            throw .cause(error)
          }
        },
        release: { reader.release($0) }))
  }
}
