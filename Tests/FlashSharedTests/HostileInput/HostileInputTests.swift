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

  @Test(arguments: HostileInput.allCases) func casesThatFuzzingFound(_ reader: HostileInput) throws
  {
    let folder = Self.found.appending(path: reader.rawValue)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names.sorted() {
      reader.read([UInt8](try Data(contentsOf: folder.appending(path: name))))
    }
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
}
