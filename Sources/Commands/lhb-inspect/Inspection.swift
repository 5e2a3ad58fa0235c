import LHJSON
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

  /// Looks into a file of either kind.
  init(path: String, verifying: Bool) throws {
    let file = try InputFile(path: path)
    if try SubnetReader.recognizes(file) {
      self = SubnetInspection(try SubnetReader(file: file), verifying: verifying).inspection
      return
    }
    do throws(CheckpointFault) {
      self = CheckpointInspection(try Checkpoint(path: path)).inspection
    } catch .notACheckpoint(let path, let found) {
      throw UnknownFile(path: path, found: found)
    }
  }
}

/// A file that is neither a subnet file nor a checkpoint.
struct UnknownFile: Fault {
  let path: String
  let found: String

  var kind: FaultKind { .badData }

  var description: String { "\(path): is \(found), expected a .lhb subnet file or a PyTorch checkpoint" }
}
