extension Kernel {
  /// The index of the first largest number; 0 if there is none.
  public static func indexOfLargest(_ x: Source, count: Int) -> Int {
    let peak = largest(x, count: count)
    var index = 0
    while index < count {
      if x[index] == peak { return index }
      index &+= 1
    }
    return 0
  }
}
