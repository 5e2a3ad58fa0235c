/// Puts pickles together, instruction by instruction: well-formed ones, odd ones and hostile ones.
///
/// Each method appends what `pickle` would for the value of that name, in protocol 2; `raw` appends anything.
public struct PickleWriter {
  /// The bytes so far.
  public private(set) var bytes: [UInt8] = []

  /// A pickle that begins with a protocol number; nil leaves it out.
  public init(protocolVersion: UInt8? = 2) {
    if let protocolVersion { bytes += [0x80, protocolVersion] }
  }

  /// Bytes as they are.
  public mutating func raw(_ bytes: [UInt8]) { self.bytes += bytes }

  /// Instructions that are printable, for example "}(u.".
  public mutating func raw(_ instructions: String) { bytes += instructions.utf8 }

  /// None.
  public mutating func none() { raw("N") }

  /// True or False.
  public mutating func bool(_ value: Bool) { raw([value ? 0x88 : 0x89]) }

  /// A whole number, of any size that an `Int` holds.
  public mutating func integer(_ value: Int) {
    if let small = UInt8(exactly: value) {
      raw("K")
      raw([small])
    } else if let small = Int32(exactly: value) {
      raw("J")
      raw(small.littleEndianBytes)
    } else {
      raw([0x8a, 8])
      raw(value.littleEndianBytes)
    }
  }

  /// A float.
  public mutating func number(_ value: Double) {
    raw("G")
    raw(value.bitPattern.littleEndianBytes.reversed())
  }

  /// A text.
  public mutating func string(_ value: String) {
    raw("X")
    raw(UInt32(value.utf8.count).littleEndianBytes)
    raw(value)
  }

  /// A tuple of what `content` appends.
  public mutating func tuple(_ content: (inout PickleWriter) -> Void) {
    raw("(")
    content(&self)
    raw("t")
  }

  /// A tuple of whole numbers.
  public mutating func tuple(_ values: [Int]) {
    tuple { pickle in for value in values { pickle.integer(value) } }
  }

  /// A list of what `content` appends.
  public mutating func list(_ content: (inout PickleWriter) -> Void) {
    raw("](")
    content(&self)
    raw("e")
  }

  /// A dictionary of what `content` appends: keys and values in turn.
  public mutating func dictionary(_ content: (inout PickleWriter) -> Void) {
    raw("}(")
    content(&self)
    raw("u")
  }

  /// A class or function by its name.
  public mutating func global(_ module: String, _ name: String) { raw("c\(module)\n\(name)\n") }

  /// A call of a class or function with what `arguments` appends.
  public mutating func call(_ module: String, _ name: String, _ arguments: (inout PickleWriter) -> Void = { _ in }) {
    global(module, name)
    tuple(arguments)
    raw("R")
  }

  /// An object of a class that is made without arguments and then given attributes: keys and values in turn.
  public mutating func object(_ module: String, _ name: String, attributes: (inout PickleWriter) -> Void) {
    global(module, name)
    raw([0x29, 0x81])
    dictionary(attributes)
    raw("b")
  }

  /// Remembers the last value under a number.
  public mutating func put(_ place: UInt32) {
    raw("r")
    raw(place.littleEndianBytes)
  }

  /// What was remembered under a number.
  public mutating func get(_ place: UInt32) {
    raw("j")
    raw(place.littleEndianBytes)
  }

  /// The end.
  public mutating func stop() { raw(".") }
}

extension FixedWidthInteger {
  /// The bytes, least significant first.
  public var littleEndianBytes: [UInt8] {
    withUnsafeBytes(of: littleEndian) { Array($0) }
  }
}
