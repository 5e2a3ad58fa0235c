extension UnsafeMutableBufferPointer<Float> {
  /// Index of the first NaN or infinity; nil when there is none.
  package var firstIndexNotFinite: Int? {
    // Without a branch in it the loop runs in vectors; only a block that has one is searched.
    let block = 4096
    for start in Swift.stride(from: 0, to: count, by: block) {
      let end = Swift.min(start + block, count)
      var largest: UInt32 = 0
      for index in start..<end { largest = Swift.max(largest, self[index].bitPattern & 0x7fff_ffff) }
      if largest >= 0x7f80_0000 { return (start..<end).first { !self[$0].isFinite } }
    }
    return nil
  }
}
