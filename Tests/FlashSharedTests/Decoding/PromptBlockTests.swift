import Testing

@testable import FlashShared

/// A prompt that goes through the model in blocks leaves what it leaves token by token.
@Suite struct PromptBlockTests {
  @Test(arguments: GoldenTests.soundDirectories) func blocksGiveTheSameBits(_ name: String) throws {
    let golden = try GoldenSet(path: "\(GoldenTests.root)/\(name)")
    let model = try ModelRegistry.model(
      version: golden.version, configuration: golden.configuration, variant: .sound)
    try #require(model.decodesIncrementally)
    let store = try golden.store(for: model)
    let stream = RandomStream(seed: 9, purpose: .evaluation)
    let prompt = (0..<(2 * Decoder.blockLength + 7)).map {
      Int32(stream.integer(at: UInt64($0), below: UInt64(model.vocabularySize)))
    }
    // A ring that overflows, and one that does not.
    for contextLength in [11, 100] {
      let alone = Decoder(model, store, batch: 1, contextLength: contextLength)
      for token in prompt { alone.append([token]) }
      for batch in [1, 3] {
        let decoder = Decoder(model, store, batch: batch, contextLength: contextLength)
        // A second prompt starts anew.
        decoder.append(prompt: prompt.reversed())
        decoder.reset()
        decoder.append(prompt: prompt)
        for sequence in 0..<batch {
          #expect(decoder.logits(of: sequence).elementsEqual(alone.logits(of: 0)))
        }
        decoder.append([Int32](repeating: 1, count: batch))
        let next = Decoder(model, store, batch: 1, contextLength: contextLength)
        for token in prompt + [1] { next.append([token]) }
        for sequence in 0..<batch {
          #expect(decoder.logits(of: sequence).elementsEqual(next.logits(of: 0)))
        }
      }
    }
  }
}
