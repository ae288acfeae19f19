/// Finds texts that share most of their word sequences with an earlier one: MinHash with
/// locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman and Ullman, "Mining of massive
/// datasets", chapter 3).
///
/// A text is the set of its shingles, runs of five words, or of characters where there are no words
/// (see `TextShingles`). The
/// similarity of two texts is |A ∩ B| / |A ∪ B|, estimated from 128 minimum hashes with a standard
/// error of at most 0.044. Candidates are texts that agree in all hashes of a band; bands are
/// chosen so that two texts at the threshold are compared with a probability of at least 0.9. At
/// most 32 earlier texts are looked at for each band, so that a phrase that half the corpus shares
/// does not make the time quadratic. Everything is deterministic: the hashes have fixed keys.
///
/// Memory: 128 bytes for a kept text's hashes, one byte of each, and 8 bytes for each band in a
/// table that doubles when it is two thirds full: with 16 bands about 500 bytes a text. What goes
/// beyond the limit is an error, not a weaker search.
struct NearDuplicateFilter {
  /// Texts at least this similar to an earlier one are removed.
  let threshold: Double
  /// Words of a shingle.
  static let shingleWords = TextShingles.words
  /// Hashes of a text.
  static let hashes = 128
  let bands: Int
  let rows: Int
  private let memoryLimit: Int
  private let multipliers: [SIMD16<UInt32>]
  private let offsets: [SIMD16<UInt32>]
  /// The lowest byte of each hash, 128 a text.
  private var signatures: [UInt8] = []
  private var table: [Entry]
  private var used = 0
  private var documents = 0
  private static let longestChain = 32

  private struct Entry {
    var fingerprint: UInt32 = 0
    /// The text's number and 1; 0 for a free place.
    var document: UInt32 = 0
  }

  /// - Parameters:
  ///   - threshold: between 0 and 1.
  ///   - memoryLimit: bytes that the filter may use.
  init(threshold: Double, memoryLimit: Int) {
    precondition(threshold > 0 && threshold <= 1, "a similarity is between 0 and 1")
    self.threshold = threshold
    self.memoryLimit = memoryLimit
    rows = Self.rows(for: threshold)
    bands = Self.hashes / rows
    let stream = RandomStream(seed: 0x4D69_6E48_6173_68, purpose: .evaluation)
    multipliers = (0..<8).map { Self.vector(stream, UInt64($0)) | 1 }
    offsets = (0..<8).map { Self.vector(stream, UInt64($0 + 8)) }
    table = [Entry](repeating: Entry(), count: 1 << 10)
  }

  private static func vector(_ stream: RandomStream, _ part: UInt64) -> SIMD16<UInt32> {
    var vector = SIMD16<UInt32>()
    for lane in 0..<16 {
      vector[lane] = UInt32(truncatingIfNeeded: stream.bits(at: part * 16 + UInt64(lane)) >> 32)
    }
    return vector
  }

  /// The most rows a band can have so that texts at the threshold meet in some band with a
  /// probability of at least 0.9: 1 − (1 − tʳ)ᵇ.
  static func rows(for threshold: Double) -> Int {
    for rows in (2...32).reversed() {
      var miss = 1.0
      let agreement = (0..<rows).reduce(1.0) { product, _ in product * threshold }
      for _ in 0..<(hashes / rows) { miss *= 1 - agreement }
      if miss <= 0.1 { return rows }
    }
    return 1
  }

  /// Bytes in use, those that a growing table needs for a moment included.
  private func memory(afterGrowing isGrowing: Bool) -> Int {
    let entry = MemoryLayout<Entry>.stride
    return signatures.capacity + table.count * entry * (isGrowing ? 3 : 1)
  }

  /// Whether the text is unlike all kept ones; if so, it is kept.
  mutating func insert(_ text: ArraySlice<UInt8>) throws -> Bool {
    let signature = try signature(of: text)
    let fingerprints = (0..<bands).map { fingerprint(signature, band: $0) }
    for fingerprint in fingerprints where isNear(signature, fingerprint) { return false }
    documents += 1
    let isGrowing = (used + bands) * 3 > table.count * 2
    guard memory(afterGrowing: isGrowing) <= memoryLimit, documents < Int(UInt32.max) else {
      throw CurationError.nearDuplicateMemory(documents: documents, limit: memoryLimit)
    }
    if isGrowing { grow() }
    signatures += signature.map { UInt8(truncatingIfNeeded: $0) }
    for fingerprint in fingerprints {
      add(Entry(fingerprint: fingerprint, document: UInt32(documents)))
    }
    return true
  }

  /// The estimated similarity of two texts, from their hashes alone.
  func similarity(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) throws -> Double {
    let equal = try zip(signature(of: first), signature(of: second)).count { $0 == $1 }
    return Double(equal) / Double(Self.hashes)
  }

  private func isNear(_ signature: [UInt32], _ fingerprint: UInt32) -> Bool {
    var looked = 0
    var place = home(of: fingerprint)
    while table[place].document != 0, looked < Self.longestChain {
      if table[place].fingerprint == fingerprint {
        looked += 1
        let start = Int(table[place].document - 1) * Self.hashes
        var equal = 0
        for index in 0..<Self.hashes
        where signatures[start + index] == UInt8(truncatingIfNeeded: signature[index]) {
          equal += 1
        }
        // One byte agrees by chance once in 256 times.
        let share = Double(equal) / Double(Self.hashes)
        if (share - 1.0 / 256) / (1 - 1.0 / 256) >= threshold - 1e-9 { return true }
      }
      place = (place + 1) & (table.count - 1)
    }
    return false
  }

  private func home(of fingerprint: UInt32) -> Int {
    Int(RandomStream.mix(UInt64(fingerprint)) & UInt64(table.count - 1))
  }

  private mutating func add(_ entry: Entry) {
    var place = home(of: entry.fingerprint)
    var equal = 0
    while table[place].document != 0 {
      if table[place].fingerprint == entry.fingerprint { equal += 1 }
      if equal >= Self.longestChain { return }
      place = (place + 1) & (table.count - 1)
    }
    table[place] = entry
    used += 1
  }

  private mutating func grow() {
    let old = table
    table = [Entry](repeating: Entry(), count: old.count * 2)
    used = 0
    for entry in old where entry.document != 0 { add(entry) }
  }

  private func fingerprint(_ signature: [UInt32], band: Int) -> UInt32 {
    var hash = UInt64(band)
    for row in 0..<rows {
      hash = RandomStream.mix(hash ^ UInt64(signature[band * rows + row]) &* RandomStream.increment)
    }
    return UInt32(truncatingIfNeeded: hash >> 32)
  }

  /// The minimum over all shingles of each of 128 hashes: 16 at a time.
  private func signature(of text: ArraySlice<UInt8>) throws -> [UInt32] {
    var minima = [SIMD16<UInt32>](repeating: SIMD16(repeating: .max), count: 8)
    var count = 0
    try TextShingles(text).forEachShingle { shingle in
      count += 1
      if count & 0xFFFF == 0 { try Interruption.check() }
      let hash = SIMD16<UInt32>(repeating: UInt32(truncatingIfNeeded: shingle >> 32))
      for part in 0..<8 {
        var value = (hash ^ offsets[part]) &* multipliers[part]
        value ^= value &>> 15
        value = value &* 0x2C1B_3C6D
        value ^= value &>> 12
        minima[part] = pointwiseMin(minima[part], value)
      }
    }
    return minima.flatMap { vector in (0..<16).map { vector[$0] } }
  }
}
