import LHTestSupport
import Testing

@Suite struct ExpectCloseTests {
  @Test func `Differences within the bound are close`() {
    expectClose("values", [1, 2.000_01, 1_000_009], [1, 2, 1_000_000], tolerance: 1e-5)
    expectClose("nothing", [], [])
  }

  @Test(arguments: [[1, 2.1, 3], [1, .nan, 3], [1, .infinity, 3], [1, 2]] as [[Float]])
  func `Anything else is an issue that names the tensor and the place`(actual: [Float]) {
    withKnownIssue {
      expectClose("layer 3", actual, [1, 2, 3])
    } matching: { issue in
      let text = issue.comments.map(\.rawValue).joined()
      return text.contains("layer 3") && (text.contains("at 1 of 3") || text.contains("2 values, expected 3"))
    }
  }

  @Test func `The largest difference is relative to values above 1`() {
    let worst = largestDifference([0.5, 102, -8], [0.25, 100, -10])
    #expect(worst.index == 0 && worst.ratio == 0.25)
  }
}
