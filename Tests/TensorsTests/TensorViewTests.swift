import LHTensors
import Testing

@Suite struct TensorViewTests {
  /// 0, 1, 2, ... as elements of a type that holds small whole numbers.
  private func storage(_ count: Int, as type: ElementType) -> TensorStorage {
    let values = (0..<count).map(Float.init)
    return TensorStorage(byteCount: count * type.byteCount) { bytes in
      type.encode(values, count: count, into: bytes.baseAddress!)
    }
  }

  private func elements(_ view: TensorView) -> [Float] {
    [Float](unsafeUninitializedCapacity: view.count) { target, count in
      view.copy(to: target.baseAddress!, strides: TensorView.rowMajorStrides(view.shape)!)
      count = view.count
    }
  }

  @Test(arguments: ElementType.allCases) func copiesEveryLayout(type: ElementType) throws {
    let storage = storage(24, as: type)
    let whole = try #require(TensorView(elementType: type, shape: [2, 3, 4], storage: storage))
    #expect(elements(whole) == (0..<24).map(Float.init))
    #expect(elements(whole.narrowed(axis: 1, to: 1..<3).narrowed(axis: 2, to: 0..<2)) == [4, 5, 8, 9, 16, 17, 20, 21])
    let transposed = try #require(
      TensorView(elementType: type, shape: [4, 2], strides: [1, 4], offset: 16, storage: storage))
    #expect(elements(transposed) == [16, 20, 17, 21, 18, 22, 19, 23])
    let expanded = try #require(
      TensorView(elementType: type, shape: [2, 3], strides: [0, 1], offset: 5, storage: storage))
    #expect(elements(expanded) == [5, 6, 7, 5, 6, 7])
    let scalar = try #require(TensorView(elementType: type, shape: [], strides: [], offset: 3, storage: storage))
    #expect(elements(scalar) == [3])
    #expect(elements(whole.narrowed(axis: 0, to: 1..<1)) == [])
  }

  @Test(arguments: ElementType.allCases) func givesFloatsWhereTheyLie(type: ElementType) throws {
    let storage = storage(24, as: type)
    let view = try #require(TensorView(elementType: type, shape: [6, 4], storage: storage))
    let rows = view.narrowed(axis: 0, to: 2..<4)
    let found = rows.withFloats { Array(UnsafeBufferPointer(start: $0, count: rows.count)) }
    #expect(found == (type == .float32 ? (8..<16).map(Float.init) : nil))
    #expect(view.narrowed(axis: 1, to: 0..<2).withFloats { _ in true } == nil, "elements with gaps")
    let unaligned = TensorStorage(
      bytes: UnsafeRawBufferPointer(rebasing: storage.bytes[1..<9]), owner: storage)
    let shifted = try #require(TensorView(elementType: type, shape: [1], storage: unaligned))
    #expect(shifted.withFloats { _ in true } == nil, "elements that are not aligned")
  }

  @Test(arguments: ElementType.allCases) func copiesBetweenOtherElements(type: ElementType) throws {
    let view = try #require(TensorView(elementType: type, shape: [3, 2], storage: storage(6, as: type)))
    var target = [Float](repeating: -1, count: 12)
    target.withUnsafeMutableBufferPointer { _ = view.copy(to: $0.baseAddress! + 1, strides: [4, 1]) }
    #expect(target == [-1, 0, 1, -1, -1, 2, 3, -1, -1, 4, 5, -1])
  }

  @Test(arguments: [
    ([2, 3], [3, 1], 1), ([2, 3], [3, -1], 0), ([-1], [1], 0), ([7], [1], 0), ([1], [1], 6), ([2], [1], -1),
    ([Int.max, 2], [0, 0], 0), ([2, 2], [Int.max, 1], 0), ([2], [1, 1], 0),
  ])
  func refusesWhatLiesOutside(shape: [Int], strides: [Int], offset: Int) {
    let storage = storage(6, as: .float32)
    #expect(
      TensorView(elementType: .float32, shape: shape, strides: strides, offset: offset, storage: storage) == nil)
  }
}
