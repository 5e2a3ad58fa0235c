import LHSystem

/// What ffmpeg is given as its standard input, open as long as this object is there.
final class FFmpegInput {
  /// What it reads.
  let descriptor: Int32
  /// The same bytes.
  let contents: SoundBytes
  /// What keeps the descriptor open: a source, or a file in memory.
  private let owner: AnyObject

  /// Opens a file, or makes one in memory of what is none.
  init(_ input: AudioInput, limits: ReadingLimits) throws(AudioFault) {
    let source: AudioSource
    switch input {
    case .file(let path): source = try AudioSource(path: path, name: input.name)
    case .standardInput: source = try AudioSource(path: nil, name: input.name)
    case .bytes(let bytes, let name):
      guard !bytes.isEmpty else { throw .empty(name: name) }
      let file = try PipeFile(of: name) { file throws(AudioFault) in try file.append(bytes, name: name) }
      (descriptor, contents, owner) = (file.descriptor, file.bytes(name: name), file)
      return
    }
    if source.fileSize != nil {
      (descriptor, contents, owner) = (source.descriptor, try source.contents(limits: limits), source)
      return
    }
    let file = try PipeFile(of: input.name) { file throws(AudioFault) in
      try source.gather(into: file, limits: limits, accepts: PipeFile.accepts)
    }
    (descriptor, contents, owner) = (file.descriptor, file.bytes(name: input.name), file)
  }
}
