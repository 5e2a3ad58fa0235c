import Faults
import KernelTypes
import Kernels
import Testing

@Suite struct InstructionSetTests {
  @Test func setsAreFoundByName() throws {
    for set in InstructionSet.available { #expect(try InstructionSet.select(set.name).name == set.name) }
    #expect(InstructionSet.available.suffix(2).map(\.name) == ["baseline", "scalar"])
  }

  @Test func anUnknownNameIsAFault() {
    let fault = #expect(throws: KernelFault.self) { try InstructionSet.select("sse9") }
    #expect(
      fault?.description == "LHB_ISA=sse9: no such instruction set; expected one of avx512, avx2, baseline, scalar")
    #expect(fault?.kind == .usage)
  }

  @Test func aMissingSetIsAFault() {
    let missing = InstructionSet.names.filter { name in !InstructionSet.available.contains { $0.name == name } }
    for name in missing {
      let fault = #expect(throws: KernelFault.self) { try InstructionSet.select(name) }
      #expect(fault?.kind == .unavailable)
    }
    let fault = KernelFault.missingInstructionSet("avx512", available: ["baseline", "scalar"])
    #expect(fault.description == "LHB_ISA=avx512: this processor lacks it; it has baseline, scalar")
  }

  @Test func buffersAreAlignedAndZero() {
    for count in [1, 15, 1000, 1_000_000] {
      let buffer = AlignedBuffer(count: count)
      #expect(Int(bitPattern: buffer.start) % 64 == 0)
      let isZero = (0..<count).allSatisfy { buffer.start[$0] == 0 }
      #expect(isZero, "\(count) floats")
    }
  }

  @Test func aGrowingBufferStaysWhileItIsLargeEnough() {
    var buffer = GrowingBuffer()
    let first = buffer.reserve(1000)
    #expect(buffer.reserve(10) == first && buffer.reserve(1000) == first)
    buffer.reserve(2000)[1999] = 1
  }
}
