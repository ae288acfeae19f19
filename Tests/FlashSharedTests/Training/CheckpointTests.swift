import TestSupport
import Testing

@testable import FlashShared

/// A checkpoint gives back everything that a run needs to go on.
@Suite struct CheckpointTests {
  @Test(arguments: [1.5, nil] as [Double?])
  func everyMemberComesBack(bestLoss: Double?) throws {
    let folder = try TestSupport.TemporaryFolder()
    let written = try StepFixture("v8")
    let counts = written.model.layout.parameters.indices.map { $0 % 7 }
    let optimizer = written.trainer.optimizer
    for index in 0..<optimizer.firstMoments.count {
      optimizer.firstMoments.pointer[index] = Float(index) * 0.5
      optimizer.secondMoments.pointer[index] = Float(index) * 0.25
    }
    optimizer.restore(updateCounts: counts)
    let state = Checkpoint.State(
      step: 7, tokens: 1234, seconds: 56.5,
      warmup: Budget.Use(step: 3, tokens: 600, seconds: 20.25),
      bestLoss: bestLoss, logSize: 99, workers: 3, nonfiniteInRow: 2, validationIsDue: true)
    try Checkpoint.write(written.trainer, state, to: folder.file("last.safetensors"))

    let read = try StepFixture("v8")
    for parameter in read.model.layout.parameters {
      read.trainer.store.setValues([Float](repeating: 0, count: parameter.count), of: parameter)
    }
    #expect(try Checkpoint.read(folder.file("last.safetensors"), into: read.trainer) == state)
    #expect(read.trainer.step == 7)
    #expect(read.trainer.optimizer.updateCounts == counts)
    for parameter in read.model.layout.parameters {
      let (before, after) = (written.trainer, read.trainer)
      #expect(after.store.copyValues(of: parameter) == before.store.copyValues(of: parameter))
      for moments in [\AdamW.firstMoments, \AdamW.secondMoments] {
        #expect(
          after.optimizer[keyPath: moments][parameter.range]
            .elementsEqual(before.optimizer[keyPath: moments][parameter.range]),
          "\(parameter.name)")
      }
    }
  }
}
