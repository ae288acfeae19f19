import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// Several ranks in one process: threads that pass each other copies of bytes.
private final class ThreadRank: RankTransport, @unchecked Sendable {
  // The mailboxes are guarded by their condition; the rest belongs to the rank's thread.

  private final class Mailboxes: @unchecked Sendable {
    let condition = NSCondition()
    var letters: [[[UInt8]]]

    init(count: Int) { letters = Array(repeating: [], count: count * count) }
  }

  let rank: Int
  let count: Int
  private(set) var exchangedBytes = 0
  private let mailboxes: Mailboxes
  private var begun: [Int: Exchange] = [:]
  private var next = 0

  /// What has begun and not ended.
  private enum Exchange {
    case sent(UnsafeRawBufferPointer, copy: [UInt8])
    case asked(UnsafeMutableRawBufferPointer, from: Int)
  }

  static func make(_ count: Int) -> [ThreadRank] {
    let mailboxes = Mailboxes(count: count)
    return (0..<count).map { ThreadRank(rank: $0, count: count, mailboxes) }
  }

  private init(rank: Int, count: Int, _ mailboxes: Mailboxes) {
    self.rank = rank
    self.count = count
    self.mailboxes = mailboxes
  }

  func send(_ bytes: UnsafeRawBufferPointer, to other: Int) -> Int {
    mailboxes.condition.withLock {
      mailboxes.letters[rank * count + other].append(Array(bytes))
      mailboxes.condition.broadcast()
    }
    exchangedBytes += bytes.count
    return begin(.sent(bytes, copy: Array(bytes)))
  }

  func receive(into room: UnsafeMutableRawBufferPointer, from other: Int) -> Int {
    // Until they are there, the bytes are anything.
    room.initializeMemory(as: UInt8.self, repeating: 0xFF)
    exchangedBytes += room.count
    return begin(.asked(room, from: other))
  }

  func ended(among exchanges: [Int], waits: Bool) -> Int? {
    mailboxes.condition.lock()
    defer { mailboxes.condition.unlock() }
    while true {
      if let exchange = exchanges.first(where: hasEnded) {
        begun[exchange] = nil
        return exchange
      }
      guard waits else { return nil }
      mailboxes.condition.wait()
    }
  }

  func leave() {}

  private func begin(_ exchange: Exchange) -> Int {
    next += 1
    begun[next] = exchange
    return next
  }

  private func hasEnded(_ exchange: Int) -> Bool {
    switch begun[exchange] {
    case .sent(let bytes, let copy):
      precondition(bytes.elementsEqual(copy), "changed while it was being sent")
    case .asked(let room, let other):
      guard !mailboxes.letters[other * count + rank].isEmpty else { return false }
      let letter = mailboxes.letters[other * count + rank].removeFirst()
      precondition(letter.count == room.count, "another length than was expected")
      room.copyBytes(from: letter)
    case nil: preconditionFailure("an exchange that has not begun")
    }
    return true
  }
}

/// Training on several ranks against training on one.
@Suite struct RankTests {
  /// Runs a body for each rank in a thread of its own, and waits for all.
  private func onRanks(_ count: Int, _ body: @escaping @Sendable (ThreadRank) throws -> Void) throws
  {
    let group = DispatchGroup()
    let failures = Failures()
    for rank in ThreadRank.make(count) {
      group.enter()
      let thread = Thread {
        do { try body(rank) } catch { failures.add(error) }
        group.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    if let failure = failures.first { throw failure }
  }

  private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var errors: [any Error] = []
    func add(_ error: any Error) { lock.withLock { errors.append(error) } }
    var first: (any Error)? { lock.withLock { errors.first } }
  }

  private func bits(_ buffer: FloatBuffer) -> [UInt32] {
    withExtendedLifetime(buffer) { buffer[0..<buffer.count].map(\.bitPattern) }
  }

  /// Sums go in worker order through all ranks: the bits are those of one loop over all workers.
  @Test(arguments: [2, 3, 5], [1, 2]) func sumsAreInOrder(ranks: Int, workers: Int) throws {
    let length = 1003
    let stream = RandomStream(seed: 3, purpose: .evaluation)
    @Sendable func buffer(_ worker: Int) -> FloatBuffer {
      let buffer = FloatBuffer(count: length)
      for index in 0..<length {
        buffer.pointer[index] = Float(
          stream.normal(at: UInt64(worker * length + index)) * exp(Double(index % 40) - 20))
      }
      return buffer
    }
    let expected = buffer(0)
    for worker in 1..<ranks * workers {
      let next = buffer(worker)
      for index in 0..<length { expected.pointer[index] += next.pointer[index] }
    }
    let expectedBits = bits(expected)
    try onRanks(ranks) { transport in
      for blockLength in [20, 64, 1003, 4096] {
        let own = (0..<workers).map { buffer(transport.rank * workers + $0) }
        try transport.sumInOrder(own, blockLength: blockLength)
        let isSame = bits(own[0]) == expectedBits
        #expect(isSame, "blocks of \(blockLength)")
      }
      #expect(
        try transport.gather([Double](repeating: 1.5, count: transport.rank))
          == [Double](repeating: 1.5, count: ranks * (ranks - 1) / 2))
      #expect(try transport.broadcast([transport.rank, 7]) == [0, 7])
    }
  }

  private func tensors(_ path: String) throws -> [[UInt32]] {
    let file = try Safetensors(path: path)
    return try file.names.map { try file.values(of: $0).map(\.bitPattern) }
  }

  /// Losses and validations by step; not the times.
  private func figures(_ path: String) throws -> [[JSONValue?]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      let event = try JSONValue(parsing: Array($0.utf8), source: path)
      return ["step", "loss", "val_loss", "grad_norm", "lr", "tokens"].map { event[$0] }
    }
  }

  /// Ranks times workers give the bits of one process with as many workers: parameters, moments,
  /// losses; also across a stop after which another number of ranks goes on.
  @Test func ranksTimesWorkersAreWorkers() throws {
    let folder = try TemporaryFolder()
    let train = try TrainingFixture.makeShards(folder.file("train"), tokens: 900)
    let valid = try TrainingFixture.makeShards(folder.file("valid"), tokens: 300, seed: 6)
    @Sendable func run(
      _ name: String, threads: Int, steps: Int, _ ranks: any RankTransport
    ) throws {
      var recipe = try Recipe(TrainingFixture.recipe, source: "fixture")
      recipe.set("budget", ["steps": .integer(steps)])
      // The schedule must not follow a budget that changes.
      recipe.set("optimizer.total_steps", 20)
      let run = try TrainingRun(
        recipe: recipe, train: train, validation: valid, tokenizerPath: nil,
        options: TrainingRun.Options(
          output: folder.file(name), resumes: true, threads: threads, isQuiet: true,
          printsEvents: false, ranks: ranks))
      try run.run()
    }
    try run("whole", threads: 6, steps: 20, SingleRank())
    try onRanks(3) { try run("ranks", threads: 2, steps: 20, $0) }
    try onRanks(2) { try run("changed", threads: 3, steps: 8, $0) }
    try onRanks(6) { try run("changed", threads: 1, steps: 20, $0) }
    for name in ["ranks", "changed"] {
      for file in ["last.safetensors", "best.safetensors"] {
        let isSame =
          try tensors(folder.file("whole/\(file)")) == tensors(folder.file("\(name)/\(file)"))
        #expect(isSame, "\(name)/\(file)")
      }
    }
    #expect(
      try figures(folder.file("whole/log.jsonl")) == figures(folder.file("ranks/log.jsonl")))
  }

  @Test func ranksWithOtherDataAreRefused() throws {
    let folder = try TemporaryFolder()
    let sets = try [5, 6].map {
      try TrainingFixture.makeShards(folder.file("train\($0)"), tokens: 900, seed: UInt64($0))
    }
    #expect(throws: RankError.different(rank: 1)) {
      try onRanks(2) { rank in
        let recipe = try Recipe(TrainingFixture.recipe, source: "fixture")
        try rank.requireSame(recipe, sets[rank.rank], sets[0], threads: 2)
      }
    }
  }
}
