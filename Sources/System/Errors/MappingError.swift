/// What `work` gives; the error that it throws becomes the one that `wrap` makes of it.
///
///     file = try mappingError(of: InputFile(path: path), to: CheckpointFault.unreadable)
///     header = try mappingError(of: FFmpegHeader(bytes)) { (problem: FFmpegHeader.Problem) in
///       AudioFault.ffmpeg(.badStream(name: name, program: program, problem: problem.text))
///     }
///
/// Each module has errors of its own, which carry those of the modules below: this stands where one calls another.
/// `work` is an expression and no closure, which would have to say what it throws: here `wrap` tells by what it takes.
@inlinable
public func mappingError<Value: ~Copyable, Cause: Error, Wrapped: Error>(
  of work: @autoclosure () throws(Cause) -> Value, to wrap: (Cause) -> Wrapped
) throws(Wrapped) -> Value {
  do throws(Cause) {
    return try work()
  } catch {
    throw wrap(error)
  }
}
