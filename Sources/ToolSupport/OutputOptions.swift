import ArgumentParser
import FlashShared

/// What every command takes that writes a set, a corpus or a tokenizer.
public struct EmptyResultOptions: ParsableArguments {
  @Flag(help: "Write a result without content too; it is refused otherwise.")
  public var allowEmpty = false

  public init() {}
}
