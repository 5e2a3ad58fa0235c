import Glibc
import LHSystem

/// Reads a descriptor to its end on a thread of its own, in small steps with pauses.
final class PipeReader: Sendable {
  private let bytes = Locked<[UInt8]>([])
  private nonisolated(unsafe) var thread = pthread_t()
  private let descriptor: Int32

  init(descriptor: Int32) {
    self.descriptor = descriptor
    let context = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { context in
        Unmanaged<PipeReader>.fromOpaque(context!).takeRetainedValue().readAll()
        return nil
      }, context)
  }

  /// Waits for the end; everything that came.
  func finish() -> [UInt8] {
    pthread_join(thread, nil)
    return bytes.withLock { $0 }
  }

  private func readAll() {
    var part = [UInt8](repeating: 0, count: 50_000)
    while true {
      let count = read(descriptor, &part, part.count)
      guard count > 0 else { break }
      bytes.withLock { $0 += part[..<count] }
      usleep(200)
    }
    close(descriptor)
  }
}
