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
  /// A block comes back while later ones are still going up.
  func sumInOrder(_ buffers: [FloatBuffer], blockLength: Int = 1 << 16) throws {
    guard count > 1 else { return }
    let incoming = FloatBuffer(count: blockLength)
    try withExtendedLifetime((buffers, incoming)) {
      try sumInOrder(buffers, incoming, blockLength)
    }
  }

  private func sumInOrder(
    _ buffers: [FloatBuffer], _ incoming: FloatBuffer, _ blockLength: Int
  ) throws {
    let total = buffers[0].count
    let blocks = (total + blockLength - 1) / blockLength
    var upwards = [Int?](repeating: nil, count: blocks)
    var downwards: [Int] = []
    func range(_ block: Int) -> Range<Int> {
      block * blockLength..<min((block + 1) * blockLength, total)
    }
    // What a block needs to the last rank and back to this one, in blocks.
    let lag = 2 * (count - 1 - rank)
    for place in 0..<blocks + lag {
      if place < blocks {
        let own = buffers[0][range(place)]
        guard let sum = own.baseAddress else { continue }
        if rank > 0 {
          let room = incoming[0..<own.count]
          try receive(into: UnsafeMutableRawBufferPointer(room), from: rank - 1)
          Kernel.add(incoming.pointer, sum, sum, count: own.count)
        }
        for other in buffers.dropFirst() {
          Kernel.add(sum, other.pointer + place * blockLength, sum, count: own.count)
        }
        if rank < count - 1 {
          upwards[place] = try send(UnsafeRawBufferPointer(own), to: rank + 1)
        } else {
          downwards.append(try send(UnsafeRawBufferPointer(own), to: rank - 1))
        }
      }
      let returning = place - lag
      if rank < count - 1, returning >= 0 {
        if let ticket = upwards[returning] { try finishSend(ticket) }
        let whole = buffers[0][range(returning)]
        try receive(into: UnsafeMutableRawBufferPointer(whole), from: rank + 1)
        if rank > 0 { downwards.append(try send(UnsafeRawBufferPointer(whole), to: rank - 1)) }
      }
    }
    for ticket in downwards { try finishSend(ticket) }
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
    try size.withUnsafeBytes { try finishSend(send($0, to: rank)) }
    guard !numbers.isEmpty else { return }
    try numbers.withUnsafeBytes { bytes in
      for part in Self.parts(of: bytes.count) {
        try finishSend(send(UnsafeRawBufferPointer(rebasing: bytes[part]), to: rank))
      }
    }
  }

  private func receiveAll<Number: BitwiseCopyable>(from rank: Int) throws -> [Number] {
    var size = [0]
    try size.withUnsafeMutableBytes { try receive(into: $0, from: rank) }
    let count = size[0]
    guard count >= 0, count <= 1 << 40 else {
      throw RankError.lost(rank: rank, reason: "it sent something else than was expected")
    }
    return try [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      let bytes = UnsafeMutableRawBufferPointer(
        start: buffer.baseAddress, count: count * MemoryLayout<Number>.stride)
      for part in Self.parts(of: bytes.count) {
        try receive(into: UnsafeMutableRawBufferPointer(rebasing: bytes[part]), from: rank)
      }
      initialized = count
    }
  }

  /// Pieces of a size that a transport takes at once.
  private static func parts(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 1 << 24).map { $0..<min($0 + 1 << 24, count) }
  }
}
