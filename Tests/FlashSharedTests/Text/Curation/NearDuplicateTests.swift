import Testing

@testable import FlashShared

@Suite struct NearDuplicateTests {
  /// Words drawn from a vocabulary large enough that texts share no shingle by chance.
  private func words(_ count: Int, seed: UInt64) -> [String] {
    let stream = RandomStream(seed: seed, purpose: .evaluation)
    return (0..<count).map { "w\(stream.integer(at: UInt64($0), below: 100_000))" }
  }

  private func bytes(_ words: [String]) -> ArraySlice<UInt8> {
    Array(words.joined(separator: " ").utf8)[...]
  }

  private func similarity(_ first: [String], _ second: [String]) -> Double {
    func shingles(_ words: [String]) -> Set<[String]> {
      Set((0...(words.count - 5)).map { Array(words[$0..<$0 + 5]) })
    }
    let (a, b) = (shingles(first), shingles(second))
    return Double(a.intersection(b).count) / Double(a.union(b).count)
  }

  @Test func theEstimateIsTheSimilarity() throws {
    let filter = NearDuplicateFilter(threshold: 0.8, memoryLimit: 1 << 20)
    var deviation = 0.0
    for trial in 0..<60 {
      let first = words(200, seed: UInt64(trial))
      let second =
        Array(first.prefix(20 + trial * 3)) + words(190 - trial * 3, seed: 1000 + UInt64(trial))
      let exact = similarity(first, second)
      let estimate = try filter.similarity(bytes(first), bytes(second))
      #expect(abs(estimate - exact) < 0.2)
      deviation += (estimate - exact)
    }
    #expect(abs(deviation / 60) < 0.02)
  }

  @Test(arguments: [0.5, 0.8, 0.9]) func textsAboveTheThresholdGoAndOthersStay(threshold: Double)
    throws
  {
    var (caught, above, lost, below) = (0, 0, 0, 0)
    for trial in 0..<300 {
      var filter = NearDuplicateFilter(threshold: threshold, memoryLimit: 1 << 24)
      let first = words(200, seed: UInt64(trial))
      var second = first
      // A changed word takes five shingles with it.
      for change in 0..<(trial % 30) { second[(change * 37 + trial) % 200] = "new\(change)" }
      let exact = similarity(first, second)
      #expect(try filter.insert(bytes(first)))
      let stays = try filter.insert(bytes(second))
      if exact >= threshold + 0.1 { (above, caught) = (above + 1, caught + (stays ? 0 : 1)) }
      if exact < threshold - 0.15 { (below, lost) = (below + 1, lost + (stays ? 0 : 1)) }
    }
    #expect(above >= 10 && below > 10)
    #expect(Double(caught) / Double(above) > 0.95)
    #expect(lost <= below / 50)
  }

  @Test func caseAndPunctuationDoNotCount() throws {
    var filter = NearDuplicateFilter(threshold: 0.9, memoryLimit: 1 << 20)
    #expect(try filter.insert(Array("The cat sat on the mat, and slept.".utf8)[...]))
    #expect(try !filter.insert(Array("the CAT sat on - the mat and  slept".utf8)[...]))
    #expect(try filter.insert(Array("Short".utf8)[...]))
    #expect(try !filter.insert(Array("short!".utf8)[...]))
    #expect(try filter.insert(Array("other".utf8)[...]))
  }

  @Test func manyTextsAreKeptApart() throws {
    var filter = NearDuplicateFilter(threshold: 0.8, memoryLimit: 1 << 24)
    for index in 0..<3_000 { #expect(try filter.insert(bytes(words(30, seed: UInt64(index))))) }
    for index in stride(from: 0, to: 3_000, by: 7) {
      #expect(try !filter.insert(bytes(words(30, seed: UInt64(index)))))
    }
  }

  @Test func moreThanTheMemoryHoldsIsAnError() throws {
    var filter = NearDuplicateFilter(threshold: 0.8, memoryLimit: 100_000)
    var kept = 0
    let error = #expect(throws: CurationError.self) {
      for index in 0..<10_000 {
        _ = try filter.insert(bytes(words(20, seed: UInt64(index))))
        kept += 1
      }
    }
    #expect(error == .nearDuplicateMemory(documents: kept + 1, limit: 100_000))
    #expect(error?.description.contains("raise --near-duplicate-memory") == true)
    #expect(kept > 20)
  }

  @Test func bandsMeetAtTheThreshold() {
    #expect(NearDuplicateFilter.rows(for: 0.8) == 8)
    #expect(NearDuplicateFilter.rows(for: 0.5) == 3)
    #expect(NearDuplicateFilter.rows(for: 0.1) == 1)
    #expect(NearDuplicateFilter.rows(for: 1) == 32)
  }
}
