import Foundation

/// What ranks do together, in an order that does not depend on who is faster.
extension RankTransport {
  /// Adds up the workers' buffers of all ranks in the order of the ranks, and in each in the order
  /// of its workers: ((a₀ + a₁) + b₀) + b₁, the order in which one process with as many workers
  /// adds. The sum is in the first buffer of every rank afterwards.
  ///
  /// The sum goes through the ranks in blocks, each rank adding its own to what comes from the one
  /// before it, and comes back from the last one the same way. A rank in the middle sends and
  /// receives twice the buffer's size, whatever the number of ranks; ranks at the ends half of that.
  /// Blocks go up and come back at the same time, each as soon as it is there.
  func sumInOrder(_ buffers: [FloatBuffer], blockLength: Int = 1 << 16) throws {
    guard count > 1 else { return }
    let total = buffers[0]
    let blocks = stride(from: 0, to: total.count, by: blockLength).map {
      total[$0..<min($0 + blockLength, total.count)]
    }
    let lengths = blocks.map(\.count)
    var partial =
      try rank > 0 ? IncomingBlocks(of: lengths, from: rank - 1, through: self) : nil
    var whole =
      try rank < count - 1 ? IncomingBlocks(of: lengths, from: rank + 1, through: self) : nil
    var summed = 0
    var upwards: [Int] = []
    var downwards: [Int] = []

    while true {
      let begins = rank == 0 && summed < blocks.count
      let expected = [partial?.exchange, whole?.exchange].compactMap { $0 }
      guard begins || !expected.isEmpty else { break }
      let arrived = try ended(among: expected, waits: !begins)

      if let arrived, arrived == whole?.exchange, let index = whole?.next {
        // What has come back has gone up before; only MPI may not know yet.
        try finish(upwards[index])
        try whole?.take { _ = blocks[index].update(fromContentsOf: $0) }
        if rank > 0 {
          downwards.append(try send(UnsafeRawBufferPointer(blocks[index]), to: rank - 1))
        }
      } else {
        try partial?.take { add($0, to: blocks[summed]) }
        for other in buffers.dropFirst() {
          let start = summed * blockLength
          add(other[start..<start + lengths[summed]], to: blocks[summed])
        }
        let sum = UnsafeRawBufferPointer(blocks[summed])
        if rank < count - 1 {
          upwards.append(try send(sum, to: rank + 1))
        } else {
          downwards.append(try send(sum, to: rank - 1))
        }
        summed += 1
      }
    }
    for exchange in downwards { try finish(exchange) }
    withExtendedLifetime(buffers) {}
  }

  private func add(
    _ numbers: UnsafeMutableBufferPointer<Float>, to sum: UnsafeMutableBufferPointer<Float>
  ) {
    guard let first = numbers.baseAddress, let sums = sum.baseAddress else { return }
    Kernel.add(first, sums, sums, count: sum.count)
  }

  /// The numbers of all ranks, in the order of the ranks, on every rank.
  func gather(_ numbers: [Double]) throws -> [Double] {
    guard count > 1 else { return numbers }
    if rank > 0 {
      try sendAll(numbers, to: 0)
      return try receiveAll(from: 0)
    }
    var all = numbers
    for other in 1..<count { all += try receiveAll(from: other) as [Double] }
    for other in 1..<count { try sendAll(all, to: other) }
    return all
  }

  /// Replaces numbers by those of rank 0, which the ranks pass on to each other.
  func broadcast<Number: BitwiseCopyable>(_ numbers: [Number]) throws -> [Number] {
    guard count > 1 else { return numbers }
    let result = rank == 0 ? numbers : try receiveAll(from: rank - 1)
    if rank < count - 1 { try sendAll(result, to: rank + 1) }
    return result
  }

  private func sendAll<Number: BitwiseCopyable>(_ numbers: [Number], to rank: Int) throws {
    let size = [numbers.count]
    try size.withUnsafeBytes { try finish(send($0, to: rank)) }
    guard !numbers.isEmpty else { return }
    try numbers.withUnsafeBytes { bytes in
      for part in Self.parts(of: bytes.count) {
        try finish(send(UnsafeRawBufferPointer(rebasing: bytes[part]), to: rank))
      }
    }
  }

  private func receiveAll<Number: BitwiseCopyable>(from rank: Int) throws -> [Number] {
    var size = [0]
    try size.withUnsafeMutableBytes { try finish(receive(into: $0, from: rank)) }
    let count = size[0]
    guard count >= 0, count <= 1 << 40 else {
      throw RankError.lost(rank: rank, reason: "it sent something else than was expected")
    }
    return try [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      let bytes = UnsafeMutableRawBufferPointer(
        start: buffer.baseAddress, count: count * MemoryLayout<Number>.stride)
      for part in Self.parts(of: bytes.count) {
        try finish(
          receive(into: UnsafeMutableRawBufferPointer(rebasing: bytes[part]), from: rank))
      }
      initialized = count
    }
  }

  /// Pieces of a size that a transport takes at once.
  private static func parts(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 1 << 24).map { $0..<min($0 + 1 << 24, count) }
  }
}

/// Blocks that come from a rank one after the other. Some are asked for ahead: then they come in one
/// stream, and not each only after the way there and back.
private struct IncomingBlocks {
  /// Which block is awaited.
  private(set) var next = 0
  private let lengths: [Int]
  private let rank: Int
  private let transport: any RankTransport
  private let room: FloatBuffer
  /// Those of the blocks that were asked for, from the awaited one on.
  private var exchanges: [Int] = []

  /// 4 MiB of blocks of the usual size: what 10 Gbit/s carry in 3 ms.
  private static let mostAhead = 16

  init(of lengths: [Int], from rank: Int, through transport: any RankTransport) throws {
    self.lengths = lengths
    self.rank = rank
    self.transport = transport
    room = FloatBuffer(count: Self.mostAhead * (lengths.first ?? 0))
    for index in lengths.indices.prefix(Self.mostAhead) { try ask(for: index) }
  }

  /// What stands for the awaited block; nil after the last.
  var exchange: Int? { exchanges.first }

  /// Passes on the awaited block, which has arrived, and goes on to the next.
  mutating func take(_ body: (UnsafeMutableBufferPointer<Float>) -> Void) throws {
    withExtendedLifetime(room) { body(place(next)) }
    exchanges.removeFirst()
    let later = next + Self.mostAhead
    next += 1
    if later < lengths.count { try ask(for: later) }
  }

  private mutating func ask(for index: Int) throws {
    exchanges.append(
      try transport.receive(into: UnsafeMutableRawBufferPointer(place(index)), from: rank))
  }

  private func place(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    let start = index % Self.mostAhead * lengths[0]
    return room[start..<start + lengths[index]]
  }
}
