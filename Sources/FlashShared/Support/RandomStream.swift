import Foundation

/// What a random draw is for. Draws for different purposes never share their numbers.
public enum RandomPurpose: UInt64, Sendable {
  case initialization = 1
  case dataOrder = 2
  case dropout = 3
  case wordDropout = 4
  case sampling = 5
  case shuffling = 6
  case splitting = 7
  case stories = 8
  case evaluation = 9
}

/// A counter-based random generator: the draw at an index is a function of the key and the index
/// alone, so that draws can be made in any order, on any thread, and again after a restart.
///
/// The function is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014) used as a counter: the key plus the index times an odd constant, mixed. Keys
/// are made by mixing their parts one after the other.
public struct RandomStream: Sendable, Equatable {
  /// Identifies the stream.
  public let key: UInt64

  static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// A stream for one purpose, narrowed by any number of parts (step, sequence, layer, …).
  public init(seed: UInt64, purpose: RandomPurpose, _ parts: UInt64...) {
    var key = Self.mix(seed &+ Self.increment)
    key = Self.mix(key ^ (purpose.rawValue &* Self.increment))
    for part in parts { key = Self.combine(key, part) }
    self.key = key
  }

  init(key: UInt64) { self.key = key }

  /// The stream that this one becomes when one more part is given.
  public func narrowed(by part: UInt64) -> RandomStream {
    RandomStream(key: Self.combine(key, part))
  }

  /// 64 uniform bits at an index.
  @inline(__always)
  public func bits(at index: UInt64) -> UInt64 { Self.mix(key &+ (index &+ 1) &* Self.increment) }

  /// A uniform number in [0, 1), with 53 random bits.
  public func uniform(at index: UInt64) -> Double { Double(bits(at: index) >> 11) * 0x1p-53 }

  /// A whole number in 0 ..< `bound`, each with the same probability up to 2⁻⁶⁴ · bound.
  public func integer(at index: UInt64, below bound: UInt64) -> UInt64 {
    bits(at: index).multipliedFullWidth(by: bound).high
  }

  /// A standard normal number at an index (Box and Muller's transform of two draws).
  public func normal(at index: UInt64) -> Double {
    let radius = 1 - uniform(at: 2 &* index)
    let angle = 2 * Double.pi * uniform(at: 2 &* index &+ 1)
    return (-2 * log(radius)).squareRoot() * cos(angle)
  }

  /// Stafford's variant 13 of the 64-bit finaliser: a bijection with full avalanche.
  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private static func combine(_ key: UInt64, _ part: UInt64) -> UInt64 {
    mix((key ^ mix(part &+ increment)) &* 0xD6E8_FEB8_6659_FD93 &+ increment)
  }
}

/// Draws one after the other from a stream, for Swift's own shuffles and choices.
public struct SequentialGenerator: RandomNumberGenerator, Sendable {
  /// The stream that is drawn from.
  public let stream: RandomStream
  /// The index of the next draw.
  public var position: UInt64

  public init(_ stream: RandomStream, position: UInt64 = 0) {
    self.stream = stream
    self.position = position
  }

  public mutating func next() -> UInt64 {
    defer { position &+= 1 }
    return stream.bits(at: position)
  }

  /// A uniform number in [0, 1).
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
