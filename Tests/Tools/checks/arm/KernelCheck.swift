import ArmCheck

/// Runs the kernels of the baseline set and compares what they compute with plain loops in double precision.
///
/// Written for Embedded Swift, which has a standard library for 64-bit Arm in every toolchain: no Foundation, no tests.
@main
struct KernelCheck {
  static func main() {
    checkProducts()
    checkBFloat16Products()
    checkInt8Products()
    checkStrassen()
    checkToomCook()
    checkFourier()
    checkTranspose()
    checkSoftmax()
    checkLayerNorm()
    checkGELU()
    exit(failure_count() == 0 ? 0 : 1)
  }
}

/// The largest difference of one kernel from what is right.
struct Difference {
  private(set) var largest = 0.0

  mutating func add(_ value: Float, _ right: Double) { add(distance: abs(Double(value) - right)) }

  /// A NaN stays.
  mutating func add(distance: Double) { if !(distance <= largest) && largest == largest { largest = distance } }

  func report(_ name: StaticString, allowed: Double) {
    name.withUTF8Buffer { name in
      name.withMemoryRebound(to: CChar.self) { ArmCheck.report($0.baseAddress, largest, allowed) }
    }
  }
}

/// The same numbers in every run, in -1..<1.
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int64(bitPattern: state) >> 40) * 0x1p-23
  }

  mutating func array(_ count: Int, scale: Float = 1, plus shift: Float = 0) -> [Float] {
    (0..<count).map { _ in next() * scale + shift }
  }
}
