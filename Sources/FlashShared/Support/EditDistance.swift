/// How many letters must be inserted, taken away, replaced or swapped with their neighbour to make
/// one name of another (optimal string alignment).
///
/// - Complexity: O(n·m) in the names' lengths.
func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first.utf8)
  let b = Array(second.utf8)
  var before = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1] + [Int](repeating: 0, count: b.count)
    for j in 0..<b.count {
      row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        row[j + 1] = min(row[j + 1], before[j - 1] + 1)
      }
    }
    before = last
    last = row
  }
  return last[b.count]
}
