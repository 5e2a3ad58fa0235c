import LHModel
package import LHSubnetFile

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

  /// Opens a `.lhb` file that lies in memory and packs its weights. The bytes are checked as those of a file are.
  ///
  ///     let model = try bytes.withUnsafeBytes { try Model(bytes: $0) }
  ///
  /// - Parameters:
  ///   - bytes: The whole file, at any alignment. It must not change during the call; afterwards it is not needed.
  ///   - name: What faults and `path` call it.
  ///   - options: How the model is run.
  /// - Throws: `ModelFault.cause` with the fault of the bytes, or of the instruction set that was asked for.
  public convenience init(
    bytes: UnsafeRawBufferPointer, name: String = "model in memory", options: RuntimeOptions = .init()
  ) throws(ModelFault) {
    let reader: SubnetReader
    do throws(SubnetFileFault) {
      reader = try SubnetReader(bytes: bytes, owner: CallersMemory(), name: name)
    } catch {
      throw .cause(error)
    }
    try self.init(reader: reader, path: name, options: options)
  }

  /// Packs the weights of an open file.
  package convenience init(
    reader: SubnetReader, path: String, options: RuntimeOptions = .init()
  ) throws(ModelFault) {
    var outliers: [TensorRole: [Int]] = [:]
    if options.mayUseInt8 {
      do throws(SubnetFileFault) {
        outliers = try reader.outlierChannels()
      } catch {
        throw .cause(error)
      }
    }
    try self.init(
      path: path, shape: reader.shape, about: reader.model, provenance: reader.provenance, options: options,
      source: TensorSource(
        tensor: { role throws(ModelFault) in
          do throws(SubnetFileFault) {
            return try reader.tensor(role)
          } catch {
            throw .cause(error)
          }
        },
        forEachPart: { role, rowsAtOnce, body throws(ModelFault) in
          do throws(SubnetFileFault) {
            try reader.forEachPart(of: role, rowsAtOnce: rowsAtOnce, body)
          } catch {
            throw .cause(error)
          }
        },
        outliers: { [outliers] role in outliers[role] }))
  }
}

extension RuntimeOptions {
  /// Whether some products may come to be computed in eight-bit integers.
  fileprivate var mayUseInt8: Bool {
    switch precision {
    case .f32, .bf16: false
    case .int8, .int8Mixed: true
    case .auto: maxError != nil
    }
  }
}

/// Owns nothing: the caller keeps the bytes for as long as the reader of them lives.
private final class CallersMemory: Sendable {}
