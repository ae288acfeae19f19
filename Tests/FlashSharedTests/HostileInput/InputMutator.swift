import FlashShared

/// Changes inputs at random: bytes, bits, cuts, repetitions, splices of two, and what readers trip
/// over.
struct InputMutator {
  private var generator: SequentialGenerator

  /// Draws depend on both.
  init(seed: UInt64, worker: UInt64) {
    generator = SequentialGenerator(RandomStream(seed: seed, purpose: .evaluation, worker))
  }

  private static let longest = 16_384

  private static let pieces: [[UInt8]] =
    [
      "-1", "0", "1e300", "-0.0", "9223372036854775807", "9223372036854775808",
      "18446744073709551616", "{", "}", "[", "]", "\"", "\\", "\\u0000", "\\ud800", ",", ":",
      "null", "\n", "\r\n", "<|endoftext|>", "\u{FEFF}", "🙂",
    ].map { Array($0.utf8) } + [
      [0], [0xFF], [0xFF, 0xFE], [0xF0, 0x9F], [0xC3], [0x80],
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0, 0, 0, 0, 0x80],
      [0xFF, 0xFF, 0xFF, 0xFF], [1, 0, 0, 0, 0, 0, 0, 0],
    ]

  private mutating func number(below bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

  /// One of the inputs with one to four changes.
  mutating func changed(_ inputs: [[UInt8]]) -> [UInt8] {
    guard !inputs.isEmpty else { return Self.pieces[number(below: Self.pieces.count)] }
    var bytes = inputs[number(below: inputs.count)]
    for _ in 0...number(below: 4) { change(&bytes, inputs) }
    return Array(bytes.prefix(Self.longest))
  }

  private mutating func change(_ bytes: inout [UInt8], _ inputs: [[UInt8]]) {
    let position = number(below: bytes.count + 1)
    let end = min(bytes.count, position + 1 + number(below: 32))
    let piece = Self.pieces[number(below: Self.pieces.count)]
    switch number(below: 8) {
    case 0 where position < bytes.count:
      bytes[position] = UInt8(truncatingIfNeeded: generator.next())
    case 1 where position < bytes.count:
      bytes[position] ^= 1 << UInt8(number(below: 8))
    case 2: bytes.removeSubrange(position...)
    case 3: bytes.removeSubrange(position..<end)
    case 4: bytes.insert(contentsOf: bytes[position..<end], at: position)
    case 5: bytes.replaceSubrange(position..<end, with: piece)
    case 6:
      let other = inputs[number(below: inputs.count)]
      bytes = Array(bytes[..<position]) + other[number(below: other.count + 1)...]
    default: bytes.insert(contentsOf: piece, at: position)
    }
  }
}
