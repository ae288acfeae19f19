import Foundation
import TestSupport

@testable import FlashShared

extension HostileInput {
  static func readSafetensors(_ bytes: [UInt8]) throws {
    let file = try Safetensors(path: InputFolder.current.file("tensors", bytes))
    for name in file.names {
      let count = file.shape(of: name)?.reduce(1, *) ?? 0
      if let values = try? file.values(of: name) {
        require(values.count == count, "another number of values")
      }
      if let bytes = try? file.bytes(of: name) { require(bytes.count == count, "another length") }
    }
  }

  static func safetensorsSeeds() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    try Safetensors.write(
      [("a", [2, 2], [1, 2, 3, 4]), ("b.c", [], [5]), ("empty", [0, 3], [])],
      bytes: [("raw", [1, 2, 3])], metadata: ["step": "7"], to: folder.file("t"))
    return [Array(try Data(contentsOf: URL(filePath: folder.file("t"))))]
  }

  /// A model of a few numbers, so that a checkpoint is short.
  private static func makeTrainer() throws -> Trainer {
    let recipe = try Recipe(
      [
        "version": "v5.2",
        "model": [
          "vocab": 3, "d_model": 2, "n_layers": 1, "n_heads": 1, "d_head": 2, "d_ffn": 1,
          "dropout": 0.0,
        ],
      ], source: "fixture")
    let model = try recipe.model()
    return Trainer(
      model, model.objective, ParameterStore(model.layout), optimizer: AdamWSettings(), seed: 1,
      groupSize: 1, sequenceLength: 3, pool: WorkerPool(count: 1))
  }

  static func readCheckpoint(_ bytes: [UInt8]) throws {
    let trainer = try makeTrainer()
    let state = try Checkpoint.read(InputFolder.current.file("checkpoint", bytes), into: trainer)
    let place = trainer.step * 4096 + 4095
    require(DataOrder(count: 7, seed: 1).window(at: place) < 7, "a window outside the data")
    var batch = StepBatch(sequences: 1, time: 3)
    batch.set(0, inputs: [0, 1, 2], following: [1, 2, 0], targetShift: 0)
    let result = trainer.step(batch, learningRate: 0.1)
    if result.isFinite { require(trainer.step == state.step + 1, "a step is lost") }
  }

  static func checkpointSeeds() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    let trainer = try makeTrainer()
    trainer.store.initialize(seed: 3)
    try Checkpoint.write(trainer, Checkpoint.State(), to: folder.file("c"))
    return [Array(try Data(contentsOf: URL(filePath: folder.file("c"))))]
  }

  /// Everything that is read from a recipe before memory is taken.
  static func readRecipe(_ bytes: [UInt8]) throws {
    let path = InputFolder.current.file("recipe.json", bytes)
    let recipe = try Recipe(path: path, overrides: ["optimizer.warmup_steps=1", "a.b=c"])
    // Finding what nothing reads must end, whatever there is.
    try? recipe.requireKnownMembers(ModelRegistry.readers)
    let model = try recipe.model()
    require(model.layout.count > 0, "a model without parameters")
    let settings = try TrainingSettings(recipe, optimizer: model.optimizer)
    for progress in [0, 0.5, 1] {
      _ = settings.schedule.rate(step: 1 << 40, budgetProgress: progress, warmupProgress: 0)
    }
    _ = JSONValue.object(recipe.settings).serialized(digits: 12, isPretty: true)
  }

  static func recipeSeeds() throws -> [[UInt8]] {
    let training: JSONObject = [
      "data": ["window": 12, "stride": 6], "batch": ["sequences": 3, "accumulation": 2],
      "optimizer": [
        "learning_rate": 3e-3, "minimum_learning_rate": 1e-4, "clip_norm": nil,
        "restart_steps": 5, "restart_factor": 0.5,
      ],
      "budget": ["steps": 20], "checkpoint": ["every_steps": 4], "seed": 1,
      "variants": ["published": ["batch": ["sequences": 4]]],
    ]
    return try ModelRegistry.versions.map { version in
      let published = try PublishedRecipes.recipe(version).settings
      var recipe: JSONObject = ["version": .string(version)]
      for part in ["model", "objective"] { recipe[part] = published[part] }
      for (name, value) in training.members { recipe[name] = value }
      let bytes = JSONValue.object(recipe).serialized()
      _ = try Recipe(recipe, source: version).model()
      return bytes
    }
  }
}
