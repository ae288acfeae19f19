import Foundation

/// A token that stands for many others, as in a capped vocabulary: which of them was in the text is
/// not predicted, so that bits per character would come out too low without a charge for it.
public struct UnknownToken: Sendable, Equatable {
  /// Its id.
  public var token: Int32
  /// How many tokens it stands for.
  public var identities: Int

  public init(token: Int32, identities: Int) {
    self.token = token
    self.identities = identities
  }

  /// What it takes to say which of them is meant, each as probable as any other.
  public var bits: Double { log2(Double(max(1, identities))) }
}
