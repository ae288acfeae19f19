// The register tiles besides `WideTile12`; see `RegisterTile`.

/// Four rows of 32: what is left of a matrix after tiles of twelve.
struct WideTile4: RegisterTile {
  static let rows = 4
  private var left0 = Vector.zero, right0 = Vector.zero
  private var left1 = Vector.zero, right1 = Vector.zero
  private var left2 = Vector.zero, right2 = Vector.zero
  private var left3 = Vector.zero, right3 = Vector.zero

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, stride: Int, _ b: UnsafePointer<Float>) {
    let left = load(b)
    let right = load(b + 16)
    let a3 = a + 3 &* stride
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
  }

  @inline(__always)
  func store(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.store(left0, right0, c)
    FlashShared.store(left1, right1, c + stride)
    FlashShared.store(left2, right2, c + 2 &* stride)
    FlashShared.store(left3, right3, c + 3 &* stride)
  }

  @inline(__always)
  func addTo(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.add(left0, right0, c)
    FlashShared.add(left1, right1, c + stride)
    FlashShared.add(left2, right2, c + 2 &* stride)
    FlashShared.add(left3, right3, c + 3 &* stride)
  }
}

/// One row of 32.
struct WideTile1: RegisterTile {
  static let rows = 1
  private var left0 = Vector.zero, right0 = Vector.zero

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, stride: Int, _ b: UnsafePointer<Float>) {
    let left = load(b)
    let right = load(b + 16)
    let x = Vector(repeating: a[0])
    left0 = multiplyAdd(x, left, left0)
    right0 = multiplyAdd(x, right, right0)
  }

  @inline(__always)
  func store(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.store(left0, right0, c)
  }

  @inline(__always)
  func addTo(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.add(left0, right0, c)
  }
}

/// Six rows of 16: for 16 registers of 8 floats (AVX2) or 32 of 4 (NEON).
struct NarrowTile6: RegisterTile {
  static let rows = 6
  private var sum0 = Vector.zero
  private var sum1 = Vector.zero
  private var sum2 = Vector.zero
  private var sum3 = Vector.zero
  private var sum4 = Vector.zero
  private var sum5 = Vector.zero

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, stride: Int, _ b: UnsafePointer<Float>) {
    let row = load(b)
    let a3 = a + 3 &* stride
    var x = Vector(repeating: a[0])
    sum0 = multiplyAdd(x, row, sum0)
    x = Vector(repeating: a[stride])
    sum1 = multiplyAdd(x, row, sum1)
    x = Vector(repeating: a[2 &* stride])
    sum2 = multiplyAdd(x, row, sum2)
    x = Vector(repeating: a3[0])
    sum3 = multiplyAdd(x, row, sum3)
    x = Vector(repeating: a3[stride])
    sum4 = multiplyAdd(x, row, sum4)
    x = Vector(repeating: a3[2 &* stride])
    sum5 = multiplyAdd(x, row, sum5)
  }

  @inline(__always)
  func store(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.store(sum0, c)
    FlashShared.store(sum1, c + stride)
    FlashShared.store(sum2, c + 2 &* stride)
    FlashShared.store(sum3, c + 3 &* stride)
    FlashShared.store(sum4, c + 4 &* stride)
    FlashShared.store(sum5, c + 5 &* stride)
  }

  @inline(__always)
  func addTo(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.add(sum0, c)
    FlashShared.add(sum1, c + stride)
    FlashShared.add(sum2, c + 2 &* stride)
    FlashShared.add(sum3, c + 3 &* stride)
    FlashShared.add(sum4, c + 4 &* stride)
    FlashShared.add(sum5, c + 5 &* stride)
  }
}

/// Four rows of 16.
struct NarrowTile4: RegisterTile {
  static let rows = 4
  private var sum0 = Vector.zero
  private var sum1 = Vector.zero
  private var sum2 = Vector.zero
  private var sum3 = Vector.zero

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, stride: Int, _ b: UnsafePointer<Float>) {
    let row = load(b)
    let a3 = a + 3 &* stride
    var x = Vector(repeating: a[0])
    sum0 = multiplyAdd(x, row, sum0)
    x = Vector(repeating: a[stride])
    sum1 = multiplyAdd(x, row, sum1)
    x = Vector(repeating: a[2 &* stride])
    sum2 = multiplyAdd(x, row, sum2)
    x = Vector(repeating: a3[0])
    sum3 = multiplyAdd(x, row, sum3)
  }

  @inline(__always)
  func store(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.store(sum0, c)
    FlashShared.store(sum1, c + stride)
    FlashShared.store(sum2, c + 2 &* stride)
    FlashShared.store(sum3, c + 3 &* stride)
  }

  @inline(__always)
  func addTo(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.add(sum0, c)
    FlashShared.add(sum1, c + stride)
    FlashShared.add(sum2, c + 2 &* stride)
    FlashShared.add(sum3, c + 3 &* stride)
  }
}

/// One row of 16.
struct NarrowTile1: RegisterTile {
  static let rows = 1
  private var sum0 = Vector.zero

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, stride: Int, _ b: UnsafePointer<Float>) {
    let row = load(b)
    let x = Vector(repeating: a[0])
    sum0 = multiplyAdd(x, row, sum0)
  }

  @inline(__always)
  func store(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.store(sum0, c)
  }

  @inline(__always)
  func addTo(_ c: UnsafeMutablePointer<Float>, stride: Int) {
    FlashShared.add(sum0, c)
  }
}
