/// The order in which training windows are visited: a fresh random permutation in each epoch.
///
/// The permutation is computed, not stored: a Feistel network over the index's bits, walked until
/// the result falls into range. Any place in any epoch is found in constant time, so a run resumes
/// where it was from its step number alone.
public struct DataOrder: Sendable {
  /// The number of windows.
  public let count: Int
  private let seed: UInt64
  private let halfBits: UInt64

  /// - Parameters:
  ///   - count: the number of windows, at least 1.
  ///   - seed: keys the permutations.
  public init(count: Int, seed: UInt64) {
    precondition(count > 0, "nothing to order")
    self.count = count
    self.seed = seed
    let bits = UInt64(Int.bitWidth - (count - 1).leadingZeroBitCount)
    halfBits = max(1, (bits + 1) / 2)
  }

  /// The window at a place in the endless sequence of epochs.
  ///
  /// - Parameter place: from 0; an epoch is `count` places.
  public func window(at place: Int) -> Int {
    permuted(place % count, epoch: place / count)
  }

  private func permuted(_ index: Int, epoch: Int) -> Int {
    let stream = RandomStream(seed: seed, purpose: .dataOrder, UInt64(epoch))
    let mask = (UInt64(1) << halfBits) - 1
    var value = UInt64(index)
    repeat {
      var left = value >> halfBits
      var right = value & mask
      for round in 0..<4 as Range<UInt64> {
        (left, right) = (right, left ^ (stream.bits(at: right << 2 | round) & mask))
      }
      value = left << halfBits | right
    } while value >= UInt64(count)
    return Int(value)
  }
}
