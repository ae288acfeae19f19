/// Cuts a stream of tokens into chunks of one size and brings them into the order that NumPy's
/// `RandomState(seed).permutation` gives; what is left at the end is dropped.
///
/// Some published recipes prepared their train text so. Nothing else needs it: a shuffle of training
/// windows does what it was meant for, and keeps the text in order.
public struct ChunkOrder: Equatable, Sendable {
  /// Tokens of a chunk.
  public let tokens: Int
  /// The seed of the permutation.
  public let seed: UInt32

  public init(tokens: Int, seed: UInt32) {
    precondition(tokens > 0, "an empty chunk")
    (self.tokens, self.seed) = (tokens, seed)
  }

  /// The chunks' numbers in their new order.
  static func permutation(count: Int, seed: UInt32) -> [UInt32] {
    precondition(count >= 0 && count <= Int(UInt32.max), "too many chunks")
    var order = (0..<count).map { UInt32($0) }
    guard count > 1 else { return order }
    var generator = MersenneTwister(seed: seed)
    for last in stride(from: count - 1, through: 1, by: -1) {
      order.swapAt(last, Int(generator.next(through: UInt32(last))))
    }
    return order
  }
}

/// The 32-bit Mersenne Twister of Matsumoto and Nishimura (1998), as NumPy's `RandomState` seeds and
/// reads it. For what must repeat a NumPy script; everything else draws from `RandomStream`.
struct MersenneTwister {
  private var state: [UInt32]
  private var place: Int
  private static let count = 624
  private static let distance = 397

  init(seed: UInt32) {
    state = [seed]
    for index in 1..<Self.count {
      let last = state[index - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
    }
    place = Self.count
  }

  mutating func next() -> UInt32 {
    if place == Self.count { refill() }
    var value = state[place]
    place += 1
    value ^= value >> 11
    value ^= (value << 7) & 0x9D2C_5680
    value ^= (value << 15) & 0xEFC6_0000
    return value ^ (value >> 18)
  }

  /// A whole number from 0 to `largest`: draws are cut to its bits until one is not above it.
  mutating func next(through largest: UInt32) -> UInt32 {
    guard largest > 0 else { return 0 }
    let mask = UInt32.max >> UInt32(largest.leadingZeroBitCount)
    while true {
      let value = next() & mask
      if value <= largest { return value }
    }
  }

  private mutating func refill() {
    for index in 0..<Self.count {
      let following = state[(index + 1) % Self.count]
      let joined = (state[index] & 0x8000_0000) | (following & 0x7FFF_FFFF)
      state[index] =
        state[(index + Self.distance) % Self.count] ^ (joined >> 1)
        ^ (joined & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    place = 0
  }
}

/// Tokens on their way through a temporary file, from which they are read in another order.
final class ChunkPermuter {
  private let order: ChunkOrder
  private let file: TemporaryFile
  private var pending: [Int32] = []
  private var count = 0

  /// Tokens that are held before they are written: 1 MiB.
  private static let heldTokens = 1 << 18

  init(_ order: ChunkOrder, folder: String?) throws {
    self.order = order
    file = try TemporaryFile(folder: folder)
  }

  func append(_ tokens: [Int32]) throws {
    pending += tokens
    count += tokens.count
    if pending.count >= Self.heldTokens { try flush() }
  }

  private func flush() throws {
    _ = try pending.withUnsafeBytes { try file.append($0) }
    pending.removeAll(keepingCapacity: true)
  }

  /// Hands out the chunks in their new order, many at a time.
  ///
  /// - Returns: how many chunks there were, and how many tokens were left over.
  func drain(_ body: ([Int32]) throws -> Void) throws -> (chunks: Int, leftOver: Int) {
    try flush()
    let chunks = count / order.tokens
    guard chunks > 0 else {
      throw CurationError.badSetting(
        "\(count) tokens are not one chunk of \(order.tokens); give more text, or smaller chunks")
    }
    var bytes: [UInt8] = []
    for (index, chunk) in ChunkOrder.permutation(count: chunks, seed: order.seed).enumerated() {
      let start = 4 * order.tokens * Int(chunk)
      try file.read(start..<start + 4 * order.tokens, into: &bytes)
      guard bytes.count >= 4 * Self.heldTokens || index == chunks - 1 else { continue }
      try Interruption.check()
      try body(bytes.withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) })
      bytes.removeAll(keepingCapacity: true)
    }
    return (chunks, count % order.tokens)
  }
}
