/// A block of a matrix product whose sums stay in registers while the depth is walked.
///
/// Conforming types differ in their extent alone. Their sums are single properties and each row's
/// number is used for both of its vectors before the next is loaded: in an array, or in any other
/// order, the compiler spills to memory, and the product runs at a third of its speed.
protocol RegisterTile {
  /// Rows of the block.
  static var rows: Int { get }
  /// All sums zero.
  init()
  /// Adds the products of one column of A (element i at `a[i * stride]`) and one row of B
  /// (`panelWidth` elements).
  mutating func add(_ a: UnsafePointer<Float>, stride: Int, _ b: UnsafePointer<Float>)
  /// Writes the sums; row i at `c + i * stride`.
  func store(_ c: UnsafeMutablePointer<Float>, stride: Int)
  /// Adds the sums to what is there.
  func addTo(_ c: UnsafeMutablePointer<Float>, stride: Int)
}

/// Twelve rows of 32: 24 sums, for 32 registers of 16 floats (AVX-512).
struct WideTile12: RegisterTile {
  static let rows = 12
  private var left0 = Vector.zero, right0 = Vector.zero
  private var left1 = Vector.zero, right1 = Vector.zero
  private var left2 = Vector.zero, right2 = Vector.zero
  private var left3 = Vector.zero, right3 = Vector.zero
  private var left4 = Vector.zero, right4 = Vector.zero
  private var left5 = Vector.zero, right5 = Vector.zero
  private var left6 = Vector.zero, right6 = Vector.zero
  private var left7 = Vector.zero, right7 = Vector.zero
  private var left8 = Vector.zero, right8 = Vector.zero
  private var left9 = Vector.zero, right9 = Vector.zero
  private var left10 = Vector.zero, right10 = Vector.zero
  private var left11 = Vector.zero, right11 = Vector.zero

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, stride: Int, _ b: UnsafePointer<Float>) {
    let left = load(b)
    let right = load(b + 16)
    let a3 = a + 3 &* stride
    let a6 = a + 6 &* stride
    let a9 = a + 9 &* stride
    var x = Vector(repeating: a[0])
    left0 = multiplyAdd(x, left, left0)
    right0 = multiplyAdd(x, right, right0)
    x = Vector(repeating: a[stride])
    left1 = multiplyAdd(x, left, left1)
    right1 = multiplyAdd(x, right, right1)
    x = Vector(repeating: a[2 &* stride])
    left2 = multiplyAdd(x, left, left2)
    right2 = multiplyAdd(x, right, right2)
    x = Vector(repeating: a3[0])
    left3 = multiplyAdd(x, left, left3)
    right3 = multiplyAdd(x, right, right3)
    x = Vector(repeating: a3[stride])
    left4 = multiplyAdd(x, left, left4)
    right4 = multiplyAdd(x, right, right4)
    x = Vector(repeating: a3[2 &* stride])
    left5 = multiplyAdd(x, left, left5)
    right5 = multiplyAdd(x, right, right5)
    x = Vector(repeating: a6[0])
    left6 = multiplyAdd(x, left, left6)
    right6 = multiplyAdd(x, right, right6)
    x = Vector(repeating: a6[stride])
    left7 = multiplyAdd(x, left, left7)
    right7 = multiplyAdd(x, right, right7)
    x = Vector(repeating: a6[2 &* stride])
    left8 = multiplyAdd(x, left, left8)
    right8 = multiplyAdd(x, right, right8)
    x = Vector(repeating: a9[0])
    left9 = multiplyAdd(x, left, left9)
    right9 = multiplyAdd(x, right, right9)
    x = Vector(repeating: a9[stride])
    left10 = multiplyAdd(x, left, left10)
    right10 = multiplyAdd(x, right, right10)
    x = Vector(repeating: a9[2 &* stride])
    left11 = multiplyAdd(x, left, left11)
    right11 = multiplyAdd(x, right, right11)
  }

  @inline(__always)
  func store(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.store(left0, right0, c)
    FlashShared.store(left1, right1, c + stride)
    FlashShared.store(left2, right2, c + 2 &* stride)
    FlashShared.store(left3, right3, c + 3 &* stride)
    FlashShared.store(left4, right4, c + 4 &* stride)
    FlashShared.store(left5, right5, c + 5 &* stride)
    FlashShared.store(left6, right6, c + 6 &* stride)
    FlashShared.store(left7, right7, c + 7 &* stride)
    FlashShared.store(left8, right8, c + 8 &* stride)
    FlashShared.store(left9, right9, c + 9 &* stride)
    FlashShared.store(left10, right10, c + 10 &* stride)
    FlashShared.store(left11, right11, c + 11 &* stride)
  }

  @inline(__always)
  func addTo(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.add(left0, right0, c)
    FlashShared.add(left1, right1, c + stride)
    FlashShared.add(left2, right2, c + 2 &* stride)
    FlashShared.add(left3, right3, c + 3 &* stride)
    FlashShared.add(left4, right4, c + 4 &* stride)
    FlashShared.add(left5, right5, c + 5 &* stride)
    FlashShared.add(left6, right6, c + 6 &* stride)
    FlashShared.add(left7, right7, c + 7 &* stride)
    FlashShared.add(left8, right8, c + 8 &* stride)
    FlashShared.add(left9, right9, c + 9 &* stride)
    FlashShared.add(left10, right10, c + 10 &* stride)
    FlashShared.add(left11, right11, c + 11 &* stride)
  }
}
