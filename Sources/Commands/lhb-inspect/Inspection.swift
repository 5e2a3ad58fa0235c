import Glibc
import LHImport
import LHJSON
import LHSafetensors
import LHSubnetFile
import LHSystem
import LHTorch

/// What is known of a file, as values and as text.
struct Inspection {
  /// Everything as one object.
  let json: JSONValue
  /// Everything for people.
  let table: String
  /// The first thing that is wrong, of a file that can be shown nevertheless.
  let fault: (any Fault)?

  init(json: JSONValue, table: String, fault: (any Fault)? = nil) {
    self.json = json
    self.table = table
    self.fault = fault
  }

  /// Looks into a file of any kind, or a folder.
  init(path: String, verifying: Bool) throws { self = try Inspection.look(into: path, verifying: verifying) }

  private static func look(into path: String, verifying: Bool) throws -> Inspection {
    if isFolder(path) || path.hasSuffix(".index.json") {
      return PretrainedInspection(try PretrainedContent(path)).inspection
    }
    let file = try InputFile(path: path)
    if try SubnetReader.recognizes(file) {
      return SubnetInspection(try SubnetReader(file: file), verifying: verifying).inspection
    }
    let beginning = try file.bytes(0..<min(file.byteCount, SafetensorsFile.recognizedSize))
    if SafetensorsFile.recognizes(beginning) {
      return PretrainedInspection(try PretrainedContent(path)).inspection
    }
    return CheckpointInspection(try checkpoint(path)).inspection
  }

  private static func checkpoint(_ path: String) throws -> Checkpoint {
    do throws(CheckpointFault) {
      return try Checkpoint(path: path)
    } catch {
      guard case .notACheckpoint(let path, let found) = error else { throw error }
      throw UnknownFile(path: path, found: found)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

/// A file that is none of those that are known.
struct UnknownFile: Fault {
  let path: String
  let found: String

  var kind: FaultKind { .badData }

  var description: String {
    "\(path): is \(found), expected a .lhb file, a PyTorch checkpoint, a safetensors file, the index of several, or a"
      + " folder with one of them"
  }
}
