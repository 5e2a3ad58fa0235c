import CLightHuBERT
import Glibc
import LHTestSupport
import LightHuBERTC
import Testing

/// Memory and handles over many rounds.
@Suite(.serialized) struct LifetimeTests {
  /// Resident memory in bytes.
  private static func residentMemory() -> Int {
    let file = fopen("/proc/self/statm", "r")
    defer { fclose(file) }
    var (size, resident) = (0, 0)
    withUnsafeMutablePointer(to: &size) { size in
      withUnsafeMutablePointer(to: &resident) { resident in
        _ = withVaList([size, resident]) { vfscanf(file, "%ld %ld", $0) }
      }
    }
    return resident * Int(getpagesize())
  }

  @Test func aThousandRoundsLeaveNothing() throws {
    let samples = goldenSamples("frames-2")
    let path = Fixture.path("versions/v1-tiny-min.lhb")
    func round() throws {
      var (model, context, features): (OpaquePointer?, OpaquePointer?, OpaquePointer?) = (nil, nil, nil)
      try succeed { lh_model_open(path, nil, &model, $0) }
      try succeed { lh_context_create(model, nil, &context, $0) }
      try succeed { lh_run_alloc(context, samples, samples.count, nil, &features, $0) }
      try #require(lh_features_destroy(features) == LH_OK)
      try #require(lh_context_destroy(context) == LH_OK)
      try #require(lh_model_close(model) == LH_OK)
    }
    for _ in 0..<20 { try round() }
    let before = Self.residentMemory()
    let handlesBefore = openHandleCount
    for _ in 0..<1000 { try round() }
    // Other tests of this process have memory and handles as well. A model left over in each round would be 2 GB.
    #expect(Self.residentMemory() - before < 256 << 20)
    #expect(openHandleCount - handlesBefore < 500)
  }
}
