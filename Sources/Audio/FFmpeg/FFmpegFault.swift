public import LHSystem

/// Sound that ffmpeg was asked for and did not give. `name` is that of the input.
public enum FFmpegFault: Fault, Equatable {
  /// No folder of PATH has a program of that name.
  case notFound(name: String)
  /// The system cannot run it.
  case cannotStart(name: String, program: String, reason: SystemError)
  /// It ended without sound; `reason` is the first line that it printed.
  case cannotDecode(name: String, reason: String)
  /// It ended well, and there was not one frame.
  case noSound(name: String)
  /// A signal ended it.
  case killed(name: String, signal: Int32)
  /// What it wrote is no stream of samples, as if it were another program.
  case badStream(name: String, program: String, problem: String)

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .notFound, .cannotStart, .badStream: .unavailable
    case .cannotDecode, .noSound: .badData
    case .killed: .inputOutput
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .notFound(let name):
      "\(name): there is no ffmpeg in PATH to decode it; install it, or leave out --decoder ffmpeg"
    case .cannotStart(let name, let program, let reason):
      "\(name): \(program) cannot be started to decode it: \(reason); see that it runs, or leave out --decoder ffmpeg"
    case .cannotDecode(let name, let reason): "\(name): ffmpeg cannot decode it: \(reason)"
    case .noSound(let name): "\(name): ffmpeg finds no sound in it, or knows its encoding in part only"
    case .killed(let name, let signal):
      """
      \(name): ffmpeg was ended by signal \(signal), expected samples; if you did not end it, \
      convert the file to WAV or FLAC
      """
    case .badStream(let name, let program, let problem):
      "\(name): \(program) \(problem), expected samples; see that it is ffmpeg, or leave out --decoder ffmpeg"
    }
  }
}
