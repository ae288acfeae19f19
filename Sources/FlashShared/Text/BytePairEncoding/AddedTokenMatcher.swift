import Foundation

/// A token that is found in the text before anything else is done with it.
public struct AddedToken: Equatable, Sendable {
  /// Its id.
  public var id: Int32
  /// The text that it is.
  public var content: String
  /// Whether white space before it, or behind it, belongs to it.
  public var takesSpaceBefore = false
  public var takesSpaceBehind = false
  /// Whether it is looked for in normalised text: after those that are not, and only between them.
  public var isNormalized = false
  /// Whether it is a mark rather than text: decoding can leave it out.
  public var isSpecial = true

  public init(id: Int32, content: String) {
    self.id = id
    self.content = content
  }
}

/// Finds added tokens in text: from left to right, of those that begin at one place the longest.
struct AddedTokenMatcher: Sendable {
  /// A stretch of text: a token, or what lies between tokens.
  struct Part: Equatable {
    var range: Range<Int>
    /// The token's id; nil for ordinary text.
    var id: Int32?
  }

  private struct Pattern {
    let bytes: [UInt8]
    let token: AddedToken
  }

  /// The tokens of each pass, the longest first, and their first bytes.
  private let passes: [(patterns: [Pattern], firstBytes: [UInt8])]

  init(_ tokens: [AddedToken]) {
    passes = [false, true].compactMap { isNormalized in
      let patterns =
        tokens
        .filter { $0.isNormalized == isNormalized && !$0.content.isEmpty }
        .map { Pattern(bytes: Array($0.content.utf8), token: $0) }
        .sorted { $0.bytes.count > $1.bytes.count }
      return patterns.isEmpty ? nil : (patterns, Array(Set(patterns.map { $0.bytes[0] })).sorted())
    }
  }

  /// Whether no token can be in the text, which is what most texts are like.
  func findsNothing(in text: UnsafeRawBufferPointer) -> Bool {
    passes.allSatisfy { pass in
      pass.firstBytes.allSatisfy { text.position(of: $0, from: 0) == nil }
    }
  }

  /// Cuts a text into its parts; parts without text are left out.
  func parts(of text: UnsafeRawBufferPointer) -> [Part] {
    var parts = [Part(range: 0..<text.count, id: nil)]
    for pass in passes {
      parts = parts.flatMap { part in
        part.id == nil ? Self.split(text, part.range, pass) : [part]
      }
    }
    return parts
  }

  private static func split(
    _ text: UnsafeRawBufferPointer, _ range: Range<Int>,
    _ pass: (patterns: [Pattern], firstBytes: [UInt8])
  ) -> [Part] {
    var parts: [Part] = []
    var done = range.lowerBound
    var position = range.lowerBound
    // For each first byte, the next place where it is: no place is searched twice.
    var next = pass.firstBytes.map { text.position(of: $0, from: position) ?? Int.max }
    while true {
      for (index, byte) in pass.firstBytes.enumerated() where next[index] < position {
        next[index] = text.position(of: byte, from: position) ?? Int.max
      }
      guard let candidate = next.min(), candidate < range.upperBound else { break }
      let rest = range.upperBound - candidate
      let match = pass.patterns.first { pattern in
        pattern.bytes.count <= rest
          && pattern.bytes.indices.allSatisfy { text[candidate + $0] == pattern.bytes[$0] }
      }
      guard let match else {
        position = candidate + 1
        continue
      }
      position = candidate + match.bytes.count
      var start = candidate
      var stop = position
      if match.token.takesSpaceBefore {
        let before = UnsafeRawBufferPointer(rebasing: text[range.lowerBound..<start])
        start -= WhiteSpace.suffix(of: before, includesSeparators: false)
      }
      if match.token.takesSpaceBehind {
        let behind = UnsafeRawBufferPointer(rebasing: text[stop..<range.upperBound])
        stop += WhiteSpace.prefix(of: behind, includesSeparators: false)
      }
      // A token whose white space was taken by the one before it begins where that one ends.
      start = max(start, done)
      stop = max(stop, start)
      if done < start { parts.append(Part(range: done..<start, id: nil)) }
      parts.append(Part(range: start..<stop, id: match.token.id))
      done = stop
    }
    if done < range.upperBound { parts.append(Part(range: done..<range.upperBound, id: nil)) }
    return parts
  }
}
