/// x *= factor.
public struct ScaleElements {
  /// First element.
  public var x: UnsafeMutablePointer<Float>
  /// Number of elements.
  public var count: Int
  /// What each is multiplied by.
  public var factor: Float

  /// A pass.
  @inlinable
  public init(x: UnsafeMutablePointer<Float>, count: Int, factor: Float) {
    self.x = x
    self.count = count
    self.factor = factor
  }
}

/// x += y.
public struct AddElements {
  /// First element of the sums.
  public var x: UnsafeMutablePointer<Float>
  /// First element of what is added.
  public var y: UnsafePointer<Float>
  /// Number of elements.
  public var count: Int

  /// A pass.
  @inlinable
  public init(x: UnsafeMutablePointer<Float>, y: UnsafePointer<Float>, count: Int) {
    self.x = x
    self.y = y
    self.count = count
  }
}

/// x += factor * y; whether the product is rounded first depends on the instruction set.
public struct AddScaledElements {
  /// First element of the sums.
  public var x: UnsafeMutablePointer<Float>
  /// First element of what is added.
  public var y: UnsafePointer<Float>
  /// Number of elements.
  public var count: Int
  /// What each of those is multiplied by.
  public var factor: Float

  /// A pass.
  @inlinable
  public init(x: UnsafeMutablePointer<Float>, y: UnsafePointer<Float>, count: Int, factor: Float) {
    self.x = x
    self.y = y
    self.count = count
    self.factor = factor
  }
}

/// y = (x - mean) * factor, each step rounded.
public struct StandardizeElements {
  /// First element of the input.
  public var x: UnsafePointer<Float>
  /// First element of the output.
  public var y: UnsafeMutablePointer<Float>
  /// Number of elements.
  public var count: Int
  /// Subtracted from each.
  public var mean: Float
  /// What the difference is multiplied by.
  public var factor: Float

  /// A pass.
  @inlinable
  public init(x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, count: Int, mean: Float, factor: Float) {
    self.x = x
    self.y = y
    self.count = count
    self.mean = mean
    self.factor = factor
  }
}
