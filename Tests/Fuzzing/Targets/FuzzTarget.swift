import Glibc

/// A part of the engine that takes bytes from strangers, fed with any bytes.
///
/// A target returns whatever becomes of the bytes: a fault is as good as a result. Only a trap, a report of a
/// sanitizer, too much time or too much memory is a finding.
struct FuzzTarget: Sendable {
  /// How `LHB_FUZZ_TARGET` chooses it.
  let name: String
  /// Feeds it.
  let test: @Sendable ([UInt8]) -> Void
  /// Changes an input so that it stays well formed as far as it is not changed; nil where any bytes are well formed.
  let mutate: (@Sendable (_ bytes: [UInt8], _ mutator: inout Mutator) -> [UInt8])?

  /// All targets.
  static let all = [
    checkpoint, pickle, subnetFile, safetensors, huggingFaceConfiguration, familyCheckpoint, architecture, numPy, sound,
    cInterface,
  ]

  /// The one that the environment chooses.
  static let chosen: FuzzTarget = {
    let name = getenv("LHB_FUZZ_TARGET").map { String(cString: $0) }
    guard let target = all.first(where: { $0.name == name }) else {
      print("LHB_FUZZ_TARGET is \(name ?? "not set"), expected one of \(all.map(\.name).joined(separator: ", "))")
      exit(EX_USAGE)
    }
    return target
  }()
}

/// Ends the process, which libFuzzer takes for a finding, unless a property holds.
func expect(_ holds: Bool, _ property: @autoclosure () -> String) {
  guard holds else { fatalError("does not hold: \(property())") }
}

/// One input.
@c(lhb_fuzz_test)
public func test(_ data: UnsafePointer<UInt8>?, _ size: Int) {
  FuzzTarget.chosen.test(Array(UnsafeBufferPointer(start: data, count: size)))
}

/// Makes an input of another one, in place; half of the time libFuzzer does so without knowing what the bytes mean.
@c(lhb_fuzz_mutate)
public func mutate(
  _ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ limit: Int, _ seed: UInt32,
  _ plain: @convention(c) (UnsafeMutablePointer<UInt8>, Int, Int) -> Int
) -> Int {
  var mutator = Mutator(seed: UInt64(seed), limit: limit, plain: plain)
  guard let mutate = FuzzTarget.chosen.mutate, mutator.random(4) > 0 else { return plain(data, size, limit) }
  let mutated = mutate(Array(UnsafeBufferPointer(start: data, count: size)), &mutator)
  guard mutated.count <= limit, !mutated.isEmpty else { return plain(data, size, limit) }
  _ = UnsafeMutableBufferPointer(start: data, count: limit).update(fromContentsOf: mutated)
  return mutated.count
}
