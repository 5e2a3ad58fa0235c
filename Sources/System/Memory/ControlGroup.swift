import Glibc

/// The control group of this process, of which containers are made.
enum ControlGroup {
  /// The least limit of memory among the group and those that it is in; nil for none.
  static var memoryLimit: Int? {
    // Version 2 has one tree, in which a limit above counts too; a container sees its own group as the root of it.
    var limits = [limit(in: "/sys/fs/cgroup/memory/memory.limit_in_bytes"), limit(in: "/sys/fs/cgroup/memory.max")]
    var path = ownPath
    while !path.isEmpty {
      limits.append(limit(in: "/sys/fs/cgroup/\(path.joined(separator: "/"))/memory.max"))
      path.removeLast()
    }
    return limits.compactMap { $0 }.min()
  }

  /// The parts of the group's path in the tree of version 2.
  private static var ownPath: [Substring] {
    let lines = (text(of: "/proc/self/cgroup") ?? "").split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("0::/") }) else { return [] }
    return line.dropFirst("0::/".count).split(separator: "/")
  }

  /// "max" is no number.
  private static func limit(in path: String) -> Int? {
    text(of: path).flatMap { Int($0.split(separator: "\n").first ?? "") }
  }

  /// The beginning of a file of the system's.
  private static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      var done = 0
      while done < buffer.count {
        let count = read(descriptor, buffer.baseAddress! + done, buffer.count - done)
        if count < 0 && errno == EINTR { continue }
        // Half a number would be another one.
        guard count >= 0 else { return nil }
        if count == 0 { break }
        done += count
      }
      return done > 0 ? String(decoding: buffer[..<done], as: UTF8.self) : nil
    }
  }
}
