import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// What fuzzing feeds the readers, without fuzzing: the inputs that it begins with, the cases that
/// it found (the files in `Found`, by reader), and both of them cut and changed.
@Suite struct HostileInputTests {
  private static let found = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Found")

  @Test(arguments: HostileInput.allCases) func readersTakeWhatTheToolkitWrites(
    _ reader: HostileInput
  ) throws {
    let seeds = try reader.seeds()
    #expect(!seeds.isEmpty)
    for seed in seeds { reader.read(seed) }
  }

  /// The cases that fuzzing found; a folder for each reader that has some.
  private static func cases() throws -> [(reader: HostileInput, bytes: [UInt8])] {
    let manager = FileManager.default
    return try manager.contentsOfDirectory(atPath: found.path).sorted().flatMap { name in
      let reader = try #require(HostileInput(rawValue: name), "no reader \(name)")
      let folder = found.appending(path: name)
      return try manager.contentsOfDirectory(atPath: folder.path).sorted().map {
        (reader, [UInt8](try Data(contentsOf: folder.appending(path: $0))))
      }
    }
  }

  @Test func casesThatFuzzingFound() throws {
    let cases = try Self.cases()
    #expect(cases.count >= 2)
    for (reader, bytes) in cases { reader.read(bytes) }
  }

  /// Each input cut short, and with single bytes changed.
  @Test(arguments: HostileInput.allCases) func damagedInputs(_ reader: HostileInput) throws {
    for (index, seed) in try reader.seeds().prefix(8).enumerated() {
      var generator = SequentialGenerator(
        RandomStream(seed: UInt64(index), purpose: .evaluation))
      for _ in 0..<100 where !seed.isEmpty {
        reader.read(Array(seed.prefix(Int(generator.next() % UInt64(seed.count)))))
        var changed = seed
        for _ in 0...generator.next() % 3 {
          let position = Int(generator.next() % UInt64(seed.count))
          changed[position] = UInt8(truncatingIfNeeded: generator.next())
        }
        reader.read(changed)
      }
    }
  }

  /// Numbers that would overflow whoever believed them.
  @Test(arguments: HostileInput.allCases) func absurdNumbers(_ reader: HostileInput) throws {
    let numbers = [
      "9223372036854775807", "9223372036854775808", "4611686018427387904", "-1", "1e300",
    ]
    for seed in try reader.seeds().prefix(8) {
      let text = String(decoding: seed, as: UTF8.self)
      for range in text.ranges(of: #/[0-9]+(\.[0-9]+)?/#).prefix(60) {
        for number in numbers {
          reader.read(Array(text.replacingCharacters(in: range, with: number).utf8))
        }
      }
    }
  }

  private static let environment = ProcessInfo.processInfo.environment
  private static let fuzzSeconds = environment["FLASHLM_FUZZ_SECONDS"].flatMap { Double($0) }

  /// Inputs changed at random for as long as FLASHLM_FUZZ_SECONDS says, on all cores, from the seed
  /// FLASHLM_FUZZ_SEED on. What is being read stands in a file in FLASHLM_FUZZ_FOUND: a reader that
  /// ends the program leaves its case there.
  @Test(
    .enabled(if: fuzzSeconds != nil, "takes as long as asked for: see 'make fuzz-briefly'"),
    arguments: 0..<ProcessInfo.processInfo.activeProcessorCount)
  func changedInputs(worker: Int) throws {
    let seconds = try #require(Self.fuzzSeconds)
    let seed = try #require(UInt64(Self.environment["FLASHLM_FUZZ_SEED"] ?? "1"))
    let found = try #require(Self.environment["FLASHLM_FUZZ_FOUND"])
    var mutator = InputMutator(seed: seed, worker: UInt64(worker))
    let cases = try Self.cases()
    let begins = try HostileInput.allCases.map { reader in
      (reader, try reader.seeds() + cases.filter { $0.reader == reader }.map(\.bytes))
    }
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var rounds = 0
    while clock.now < end {
      for (reader, inputs) in begins {
        let input = mutator.changed(inputs)
        let path = URL(filePath: "\(found)/\(reader.rawValue)-\(seed)-\(worker)")
        try Data(input).write(to: path)
        let took = clock.measure { reader.read(input) }
        guard took < .seconds(10) else {
          Issue.record("\(reader) takes \(took) for \(path.path)")
          return
        }
        try FileManager.default.removeItem(at: path)
      }
      rounds += 1
    }
    print("seed \(seed), worker \(worker): \(rounds) inputs for each of \(begins.count) readers")
    #expect(rounds > 0)
  }
}
