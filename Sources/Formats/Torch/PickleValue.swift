/// A value that a pickle describes. Nothing in it acts: a class is a name, a call is a record of the call.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer that an `Int` cannot hold: two's complement, least significant byte first, as short as can be.
  case largeInteger([UInt8])
  case number(Double)
  case string(String)
  /// A byte string: its index in `Pickle.byteStrings`.
  case bytes(Int)
  /// A node of the pickle's graph: its index in `Pickle.nodes`.
  case node(Int)
}

/// A value that others can refer to and that can change after it was made.
///
/// Nodes refer to each other by number, so that a pickle which holds itself neither leaks nor recurses when it is
/// freed.
struct PickleNode {
  enum Kind {
    case tuple, list, set, dictionary
    /// A class or function: its name after its module's, as in Python 3.
    case global(String)
    /// What a call or a class would make; `callable` and `arguments`, a tuple, are nodes that the pickle gave.
    case object(callable: Int, arguments: Int)
    /// Something outside the pickle, which a node describes: a storage, or the source text of a class.
    case persistent(Int)
  }

  var kind: Kind
  /// Elements of a tuple, list or set; what was appended to an object.
  var elements: [PickleValue] = []
  /// Keys and values in turn, of a dictionary; what was set in an object by key.
  var entries: [PickleValue] = []
  /// What the pickle gave to set an object's attributes.
  var state = PickleValue.none
}

/// What a pickle describes: a graph of inert nodes.
struct Pickle {
  /// All nodes, in the order in which they were made.
  let nodes: [PickleNode]
  /// The value that the pickle stands for.
  let root: PickleValue
  /// What is known of byte strings: nothing but short ones has a meaning.
  let byteStrings: [(count: Int, first: [UInt8])]
  /// The nodes of kind `persistent`, in the order in which they were met.
  let persistentNodes: [Int]
  /// Offset in what was read of the first byte after the pickle.
  let end: Int
}
