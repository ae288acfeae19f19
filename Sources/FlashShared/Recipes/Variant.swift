/// Which form of a version is meant.
public enum Variant: String, Sendable, CaseIterable {
  /// The architecture as documented: causal, trained on the next token.
  case sound
  /// The recipe exactly as its script behaved, defects included.
  case published
  /// A smaller repair of the script, kept as an ablation where the reference has one.
  case repaired

  /// How far beyond the next token the targets of the recipes from v7 on lie: the published ones
  /// shift them twice.
  public var targetShift: Int { self == .published ? 1 : 0 }
}
