import Testing

@testable import FlashShared

@Suite struct ExternalShuffleTests {
  private func order(_ count: Int, seed: UInt64, memory: Int) throws -> [String] {
    let shuffle = ExternalShuffle(
      stream: RandomStream(seed: seed, purpose: .shuffling), memoryLimit: memory)
    for index in 0..<count {
      // Lengths differ, and some records are empty.
      let record = String(repeating: "\(index),", count: index % 4)
      try Array(record.utf8).withUnsafeBytes { try shuffle.append($0) }
    }
    var found: [String] = []
    try shuffle.drain { found.append(String(decoding: $0, as: UTF8.self)) }
    return found
  }

  @Test func everyRecordComesOnceWhateverTheMemory() throws {
    let inMemory = try order(3_000, seed: 1, memory: 1 << 24)
    #expect(
      inMemory.sorted() == (0..<3_000).map { String(repeating: "\($0),", count: $0 % 4) }.sorted())
    for memory in [0, 100, 10_000] {
      #expect(try order(3_000, seed: 1, memory: memory) == inMemory)
    }
    #expect(try order(3_000, seed: 2, memory: 1 << 24) != inMemory)
    #expect(try order(0, seed: 2, memory: 0).isEmpty)
  }

  /// Every record is equally likely at every place: the first place over many seeds.
  @Test func theOrderIsUniform() throws {
    var counts = [Int](repeating: 0, count: 4)
    for seed in 0..<4_000 {
      let first = try order(4, seed: UInt64(seed), memory: 1 << 20)[0]
      counts[
        first.split(separator: ",").count == 0 ? 0 : Int(first.split(separator: ",")[0]) ?? 0] += 1
    }
    // Standard deviation 27.4.
    for count in counts { #expect(abs(count - 1000) < 120) }
  }
}
