/// The instructions of the pickle machine, protocols 0 to 5: all that plain data needs.
///
/// Names and codes are those of Python's `pickletools`. Not among them, and thus faults: the extension registry (EXT1,
/// EXT2, EXT4) and out-of-band buffers (NEXT_BUFFER, READONLY_BUFFER), which refer to things that no file holds.
enum PickleOpcode: UInt8 {
  case mark = 0x28  // (
  case stop = 0x2e  // .
  case pop = 0x30  // 0
  case popMark = 0x31  // 1
  case dup = 0x32  // 2
  case float = 0x46  // F
  case int = 0x49  // I
  case binint = 0x4a  // J
  case binint1 = 0x4b  // K
  case long = 0x4c  // L
  case binint2 = 0x4d  // M
  case none = 0x4e  // N
  case persid = 0x50  // P
  case binpersid = 0x51  // Q
  case reduce = 0x52  // R
  case string = 0x53  // S
  case binstring = 0x54  // T
  case shortBinstring = 0x55  // U
  case unicode = 0x56  // V
  case binunicode = 0x58  // X
  case append = 0x61  // a
  case build = 0x62  // b
  case global = 0x63  // c
  case dict = 0x64  // d
  case appends = 0x65  // e
  case get = 0x67  // g
  case binget = 0x68  // h
  case inst = 0x69  // i
  case longBinget = 0x6a  // j
  case list = 0x6c  // l
  case obj = 0x6f  // o
  case put = 0x70  // p
  case binput = 0x71  // q
  case longBinput = 0x72  // r
  case setitem = 0x73  // s
  case tuple = 0x74  // t
  case setitems = 0x75  // u
  case binfloat = 0x47  // G
  case emptyTuple = 0x29  // )
  case emptyList = 0x5d  // ]
  case emptyDict = 0x7d  // }
  // Protocol 2
  case proto = 0x80
  case newobj = 0x81
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case newtrue = 0x88
  case newfalse = 0x89
  case long1 = 0x8a
  case long4 = 0x8b
  // Protocol 3
  case binbytes = 0x42  // B
  case shortBinbytes = 0x43  // C
  // Protocol 4
  case shortBinunicode = 0x8c
  case binunicode8 = 0x8d
  case binbytes8 = 0x8e
  case emptySet = 0x8f
  case additems = 0x90
  case frozenset = 0x91
  case newobjEx = 0x92
  case stackGlobal = 0x93
  case memoize = 0x94
  case frame = 0x95
  // Protocol 5
  case bytearray8 = 0x96

  /// What an instruction that is not among these asks for.
  static func words(forUnsupported byte: UInt8) -> String {
    switch byte {
    case 0x82...0x84: "a class of Python's extension registry, which is not in the file,"
    case 0x97, 0x98: "a buffer outside the pickle, which is not in the file,"
    default: "an unknown instruction"
    }
  }
}
