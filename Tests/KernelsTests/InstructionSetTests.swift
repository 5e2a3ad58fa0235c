import LHKernelTypes
import LHKernels
import LHSystem
import Testing

@Suite struct InstructionSetTests {
  @Test func setsAreFoundByName() throws {
    for set in InstructionSet.available { #expect(try InstructionSet.select(set.name).name == set.name) }
    #expect(InstructionSet.available.suffix(2).map(\.name) == ["baseline", "scalar"])
  }

  @Test func anUnknownNameIsAFault() {
    let fault = #expect(throws: KernelFault.self) { try InstructionSet.select("sse9") }
    #expect(
      fault?.description == """
        LHB_ISA=sse9: no such instruction set; expected one of avx512-amx, avx512, avx512-plain, avx2, avx2-plain, \
        baseline, scalar, scalar-amx
        """)
    #expect(fault?.kind == .usage)
  }

  @Test func aMissingSetIsAFault() {
    for name in InstructionSet.names {
      do {
        #expect(try InstructionSet.select(name).name == name)
      } catch {
        #expect(error.kind == .unavailable)
        #expect(!InstructionSet.available.contains { $0.name == name })
      }
    }
    let fault = KernelFault.missingInstructionSet("avx512", available: ["baseline", "scalar"])
    #expect(fault.description == "LHB_ISA=avx512: this processor lacks it; it has baseline, scalar")
  }

  @Test func plainSetsUseNoDotProducts() throws {
    let sets = InstructionSet.names.compactMap { try? InstructionSet.select($0) }
    for set in sets where set.name.hasSuffix("-plain") {
      #expect(set.dotProducts == DotProducts())
      let best = try InstructionSet.select(String(set.name.dropLast("-plain".count)))
      #expect(best.lanes == set.lanes && best.panelVectors == set.panelVectors)
      // Where both are the same, one is enough to be tested.
      let isTested = InstructionSet.available.contains { $0.name == set.name }
      #expect(isTested == (best.dotProducts != DotProducts()))
    }
  }

  @Test func aMissingBLASIsAFault() throws {
    let fault = #expect(throws: KernelFault.self) { try OpenBLAS.find(in: "libno-such.so.0").get() }
    #expect(fault?.kind == .unavailable)
    let text = try #require(fault?.description)
    #expect(text.hasPrefix("OpenBLAS cannot be loaded: libno-such.so.0:"), "\(text)")
    // A library that is there and is another one.
    #expect(throws: KernelFault.self) { try OpenBLAS.find(in: "libc.so.6").get() }
    try OpenBLAS.load()
  }

  @Test func buffersOfAnArenaAreApart() throws {
    let arena = MemoryArena()
    // Among them one that is larger than what is left of a block, and one larger than any block.
    let buffers = try [1, 15, 17, 40_000_000, 30_000_000, 80_000_000, 3].map { try AlignedBuffer(count: $0, in: arena) }
    for (index, buffer) in buffers.enumerated() {
      #expect(Int(bitPattern: buffer.start) % 64 == 0)
      #expect(buffer.start[0] == 0 && buffer.start[buffer.count - 1] == 0, "buffer \(index)")
      buffer.start[0] = Float(index)
      buffer.start[buffer.count - 1] = Float(index)
    }
    for (index, buffer) in buffers.enumerated() {
      #expect(buffer.start[0] == Float(index) && buffer.start[buffer.count - 1] == Float(index), "buffer \(index)")
    }
  }

  @Test func buffersAreAlignedAndZero() throws {
    for count in [1, 15, 1000, 1_000_000] {
      let buffer = try AlignedBuffer(count: count)
      #expect(Int(bitPattern: buffer.start) % 64 == 0)
      let isZero = (0..<count).allSatisfy { buffer.start[$0] == 0 }
      #expect(isZero, "\(count) floats")
    }
  }

  @Test func aGrowingBufferStaysWhileItIsLargeEnough() throws {
    var buffer = GrowingBuffer()
    let first = try buffer.reserve(1000, for: "a buffer")
    #expect(try buffer.reserve(10, for: "a buffer") == first)
    #expect(try buffer.reserve(1000, for: "a buffer") == first)
    try buffer.reserve(2000, for: "a buffer")[1999] = 1
  }

  /// More than there are addresses for.
  @Test func memoryThatCannotBeHadIsAFault() throws {
    let count = 1 << 50
    let fault = OutOfMemory(byteCount: 4 * count, for: "a buffer")
    #expect(fault.kind == .outOfMemory)
    #expect(throws: fault) { try AlignedBuffer(count: count) }
    let arena = MemoryArena()
    #expect(throws: OutOfMemory(byteCount: 4 * count, for: "the weights")) {
      try AlignedBuffer(count: count, in: arena)
    }
    #expect(arena.byteCount == 0)
    _ = try AlignedBuffer(count: 5, in: arena)
    #expect(arena.byteCount == 20)
    var growing = GrowingBuffer()
    _ = try growing.reserve(10, for: "a buffer")
    #expect(throws: OutOfMemory.self) { try growing.reserve(count, for: "a buffer") }
    _ = try growing.reserve(10, for: "a buffer")
    #expect(throws: OutOfMemory.self) { try MemoryLimit.check(count, for: "a buffer") }
    #expect(throws: OutOfMemory.self) { try MemoryLimit.probe(count, for: "a buffer") }
    try MemoryLimit.probe(1 << 20, for: "a buffer")
  }
}
