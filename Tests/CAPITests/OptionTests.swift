import CLightHuBERT
import LHTestSupport
import Testing

/// Options of callers that were compiled with other headers.
@Suite struct OptionTests {
  private static let size = MemoryLayout<lh_run_options>.size

  /// Runs with options that lie in `memory`, and gives back the hidden states.
  private func run(_ memory: UnsafeMutableRawBufferPointer, _ context: CContext) throws -> [Float] {
    let samples = goldenSamples("frames-2")
    let options = UnsafePointer(memory.baseAddress!.assumingMemoryBound(to: lh_run_options.self))
    var count = -1
    try succeed { lh_model_output_count(context.model.handle, samples.count, options, &count, $0) }
    var output = [Float](repeating: .nan, count: count)
    try succeed { lh_run(context.handle, samples, samples.count, options, &output, output.count, $0) }
    return output
  }

  /// Calls `body` with memory for options, filled with a byte, that begins with `size`.
  private func withOptions(size: Int, filledWith byte: UInt8, _ body: (UnsafeMutableRawBufferPointer) throws -> Void)
    throws
  {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: byte)
    memory.storeBytes(of: size, as: Int.self)
    try body(memory)
  }

  @Test func whatASmallerStructLacksIsZero() throws {
    let context = try CContext(CModel())
    let expected = try context.run(goldenSamples("frames-2"))
    try withOptions(size: MemoryLayout<Int>.size, filledWith: 0xff) { memory in
      let found = try run(memory, context)
      #expect(found == expected)
    }
  }

  @Test func aSmallerStructCountsAsFarAsItGoes() throws {
    let context = try CContext(CModel())
    let expected = try context.run(goldenSamples("frames-2"), runOptions(LH_LAYERS_ALL))
    let place = try #require(MemoryLayout<lh_run_options>.offset(of: \.layer_selection))
    try withOptions(size: place + 4, filledWith: 0xff) { memory in
      memory[8..<place].initializeMemory(as: UInt8.self, repeating: 0)
      memory.storeBytes(of: Int32(LH_LAYERS_ALL), toByteOffset: place, as: Int32.self)
      let found = try run(memory, context)
      #expect(found == expected)
    }
  }

  @Test(arguments: [size + 1, size + 8, LH_MAX_STRUCT_SIZE])
  func aLargerStructIsTakenWhileTheRestIsZero(_ size: Int) throws {
    let context = try CContext(CModel())
    let expected = try context.run(goldenSamples("frames-2"))
    try withOptions(size: size, filledWith: 0) { memory in
      let found = try run(memory, context)
      #expect(found == expected)
      memory[size - 1] = 1
      let samples = goldenSamples("frames-2")
      var output = [Float](repeating: .nan, count: 1024)
      let refused = outcome {
        lh_run(
          context.handle, samples, samples.count, memory.baseAddress!.assumingMemoryBound(to: lh_run_options.self),
          &output, output.count, $0)
      }
      #expect(refused.status == LH_INVALID_ARGUMENT)
    }
  }
}
