import LightHuBERT
import Testing

@Suite struct StateDifferenceTests {
  private func difference(_ state: [Float], _ reference: [Float]) -> StateDifference {
    state.withUnsafeBufferPointer { state in
      reference.withUnsafeBufferPointer { StateDifference(of: state, from: $0) }
    }
  }

  @Test func `The same state has no error`() {
    for state in [[1, -2, 3], [0, 0], []] as [[Float]] {
      let same = difference(state, state)
      #expect(same.relativeError == 0 && same.cosine == 1 && same.largestError == 0)
      #expect(same.signalToNoise == .infinity)
    }
  }

  @Test func `Errors are relative to the reference`() {
    // |(3, 4)| is 5; |(0.3, -0.4)| is 0.5.
    let found = difference([3.3, 3.6], [3, 4])
    #expect(abs(found.relativeError - 0.1) < 1e-7 && abs(found.signalToNoise - 20) < 1e-5)
    #expect(abs(found.largestError - 0.4) < 1e-6)
    let cosine = (3.3 * 3 + 3.6 * 4) / (5 * (3.3 * 3.3 + 3.6 * 3.6).squareRoot())
    #expect(abs(found.cosine - cosine) < 1e-7)
    #expect(difference([-3, -4], [3, 4]).cosine == -1)
    #expect(difference([4, -3], [3, 4]).cosine == 0)
    #expect(difference([0, 0], [3, 4]).relativeError == 1)
  }

  @Test func `What has no measure counts as the worst`() {
    #expect(difference([1, 0], [0, 0]).relativeError == .infinity)
    #expect(difference([1, 0], [0, 0]).cosine == 0)
    let broken = difference([1, .nan, 2], [1, 2, 3])
    #expect(broken.relativeError.isNaN && broken.largestError.isNaN && !(broken.relativeError <= 1))
  }
}
