internal import LHSystem

/// A zip archive as `torch.save` writes it: records that are stored as they are, one behind the other from the first
/// byte on, then the directory, then the end record, and nothing else. Folders may be listed too, as programs that
/// pack such an archive again do; they have no content, and nothing refers to them.
///
/// Whatever two readers could read in two ways is refused: bytes that belong to no record, records that overlap,
/// headers that contradict the directory, names that occur twice.
struct ZipArchive {
  /// A record's content.
  struct Record {
    let name: String
    /// Where it lies in the file.
    let range: Range<Int>
    /// Its CRC-32; nil when the archive has none.
    let checksum: UInt32?
  }

  let file: InputFile
  /// Names of the records, in the order of the file.
  var names: [String] { entries.filter { !$0.isFolder }.map(\.name) }
  /// Names of the folders, with their slashes.
  var folders: [String] { entries.filter(\.isFolder).map(\.name) }
  /// The records in the order of the file; none before `checkRecords()`.
  private(set) var records: [Record] = []
  private let entries: [ZipEntry]
  private let directory: Range<Int>
  private var indices: [String: Int] = [:]

  /// Reads the directory, and no record.
  init(_ file: InputFile) throws(CheckpointFault) {
    let end = try ZipEnd(file)
    self.file = file
    directory = end.directory
    var reader = ByteReader(try file.contents(end.directory))
    var entries: [ZipEntry] = []
    // Some systems take names for the same that differ in their case.
    var folded: Set<String> = []
    while reader.remaining > 0 {
      let position = end.directory.lowerBound + reader.position
      let entry = try mappingError(of: ZipEntry(&reader)) { (problem: ZipEntry.Problem) in
        CheckpointFault.badContainer(
          path: file.path, problem: "the zip directory's entry at byte \(position) \(problem.text)")
      }
      // A folder and a file cannot both have a name.
      let name = entry.isFolder ? String(entry.name.dropLast()) : entry.name
      guard folded.insert(name.lowercased()).inserted else {
        throw .badContainer(
          path: file.path, problem: "the zip directory has the record \(entry.name) twice (in upper or lower case)")
      }
      if !entry.isFolder { indices[entry.name] = entries.count }
      entries.append(entry)
    }
    guard entries.count == end.count else {
      throw .badContainer(
        path: file.path,
        problem: "the zip directory has \(entries.count) records, its end record says \(end.count)")
    }
    self.entries = entries
  }

  /// Checks every record's headers, and that the records fill the file up to the directory.
  mutating func checkRecords() throws(CheckpointFault) {
    // PyTorch can be told to compute no checksums; then it writes 0 for all. An empty record's is 0 anyway.
    let hasChecksums = entries.contains { $0.checksum != 0 }
    var position = 0
    for (index, entry) in entries.enumerated() {
      if let (found, remedy) = entry.unsupportedFeature {
        throw .unsupportedContainer(path: file.path, found: "a zip archive with \(found)", remedy: remedy)
      }
      guard entry.header == position else {
        throw damaged(
          "the record \(entry.name) is said to stand at byte \(entry.header), but the one before it ends at \(position)"
        )
      }
      let end = index + 1 < entries.count ? entries[index + 1].header : directory.lowerBound
      guard end > position, end <= directory.lowerBound else {
        throw damaged(
          index + 1 < entries.count
            ? "the record \(entries[index + 1].name) is said to stand at byte \(end), "
              + "not between the one before it and the zip directory"
            : "the record \(entry.name) does not stand before the zip directory")
      }
      let range = try range(of: entry, in: position..<end)
      records.append(Record(name: entry.name, range: range, checksum: hasChecksums ? entry.checksum : nil))
      position = end
    }
    guard position == directory.lowerBound else { throw damaged("\(directory.lowerBound) bytes belong to no record") }
  }

  /// The record of that name; nil when there is none.
  subscript(name: String) -> Record? { indices[name].map { records[$0] } }

  /// The bytes of a record, of which there are at most `limit`.
  func content(of record: Record, limit: Int) throws(CheckpointFault) -> [UInt8] {
    guard record.range.count <= limit else {
      throw damaged("the record \(record.name) has \(record.range.count) bytes, more than the \(limit) that are read")
    }
    let bytes = try file.contents(record.range)
    if let checksum = record.checksum {
      var found = CRC32()
      bytes.withUnsafeBytes { found.update($0) }
      guard found.value == checksum else { throw .badChecksum(path: file.path, record: record.name) }
    }
    return bytes
  }

  private func damaged(_ problem: String) -> CheckpointFault { .badContainer(path: file.path, problem: problem) }

  /// Where an entry's content lies, when its local header and what stands behind the content agree with the directory
  /// and fill `place`.
  private func range(of entry: ZipEntry, in place: Range<Int>) throws(CheckpointFault) -> Range<Int> {
    let disagree = damaged(
      "the record at byte \(entry.header) and the zip directory disagree about \(entry.name)")
    let headerSize = ZipLocalHeader.size + entry.nameBytes.count
    guard entry.size == entry.storedSize else {
      throw damaged("the record \(entry.name) has two sizes, \(entry.size) and \(entry.storedSize)")
    }
    guard headerSize <= place.count else {
      throw damaged("there is no record at byte \(entry.header), where the zip directory has \(entry.name)")
    }
    let start = place.lowerBound + headerSize
    let header = try file.contents(place.lowerBound..<start)
    guard let local = ZipLocalHeader(header) else {
      throw damaged("there is no record at byte \(entry.header), where the zip directory has \(entry.name)")
    }
    guard local.extraLength <= place.upperBound - start, entry.size <= place.upperBound - start - local.extraLength
    else {
      throw damaged("the record \(entry.name) (\(entry.size) bytes) reaches beyond byte \(place.upperBound)")
    }
    let extra = try file.contents(start..<start + local.extraLength)
    guard local.agrees(with: entry, extra: extra) else { throw disagree }
    let content = start + local.extraLength..<start + local.extraLength + entry.size
    let rest = content.upperBound..<place.upperBound
    if entry.flags & ZipEntry.hasDescriptor == 0 {
      guard rest.isEmpty else { throw damaged("\(rest.count) bytes behind the record \(entry.name) belong to nothing") }
    } else {
      guard rest.count <= ZipLocalHeader.descriptorLimit,
        ZipLocalHeader.isDescriptor(of: entry, try file.contents(rest))
      else { throw disagree }
    }
    return content
  }
}
