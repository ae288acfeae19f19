import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// What nothing reads is refused, with its place and the nearest name.
@Suite struct RecipeMemberTests {
  /// The fixture's recipe, one member a line.
  private static let text = """
    {
      "$schema": "../schema.json",
      "version": "v5.2",
      "model": {
        "d_model": 16, "n_layers": 2, "n_heads": 2, "d_head": 8, "d_ffn": 24, "vocab": 29
      },
      "data": {"window": 12},
      "batch": {"sequences": 3},
      "optimizer": {
        "learning_rate": 3e-3
      },
      "variants": {
        "published": {
          "optimizer": {"warmup_steps": 3}
        }
      }
    }
    """

  /// The error of a recipe with a piece of text replaced, with overrides, or both.
  private func message(
    _ old: String = "", _ new: String = "", _ overrides: [String] = [], variant: Variant? = nil
  ) throws -> String {
    let folder = try TemporaryFolder()
    let text = old.isEmpty ? Self.text : Self.text.replacing(old, with: new)
    #expect(old.isEmpty || text != Self.text)
    let path = try folder.file("r.json", text)
    do {
      let recipe = try Recipe(path: path, variant: variant, overrides: overrides)
      let model = try recipe.modelToTrain()
      _ = try TrainingSettings(recipe, optimizer: model.optimizer)
      return ""
    } catch let error as any ReportableError {
      #expect(error.exitStatus == .usage)
      return error.description.replacing("\(folder.path)/", with: "")
    }
  }

  @Test func membersOfTheFileAreNamedWithTheirLine() throws {
    #expect(
      try message("\"learning_rate\"", "\"learning_rte\"")
        == "r.json:10: optimizer.learning_rte: there is no such member; "
        + "did you mean optimizer.learning_rate?")
    #expect(
      try message("\"warmup_steps\"", "\"warmup\"", variant: .sound)
        == "r.json:14: variants.published.optimizer.warmup: there is no such member; "
        + "did you mean optimizer.warmup_steps?")
    #expect(
      try message("\"published\"", "\"publshed\"").hasPrefix(
        "r.json:13: variants.publshed: there is no such member; did you mean variants.published?"))
    #expect(try message("\"batch\":", "\"batches\":").contains("did you mean batch?"))
    #expect(
      try message("\"window\": 12", "\"window\": 0")
        == "r.json:7: data.window: must be a whole number from 1 to 1048576")
    #expect(
      try message("\"d_model\": 16", "\"d_model\": \"wide\"")
        == "r.json:5: model.d_model: must be a whole number from 1 to 16384")
    #expect(
      try message("{\"window\": 12}", "12") == "r.json:7: data: must be an object with members")
    #expect(
      try message("\"data\": {\"window\": 12}", "\"data.window\": 12").contains(
        "r.json:7: data.window: names have no dots"))
  }

  @Test(arguments: [
    ("optimizer.learning_rte=1e-2", "optimizer.learning_rate"),
    ("optimizer.lr=1e-2", "optimizer.learning_rate"),
    ("learning_rate=1e-2", "optimizer.learning_rate"),
    ("lr=1e-2", "optimizer.learning_rate"),
    ("batch_size=16", "batch.sequences"),
    ("optimizer.warmup=100", "optimizer.warmup_steps"),
    ("model.dropuot=0.2", "model.dropout"),
    ("data.windows=64", "data.window"),
    ("validation.interval=5", "validation.every_steps"),
    ("checkpoint.interval=5", "checkpoint.every_steps"),
    ("max_steps=5", "budget.steps"),
    ("model.hidden_size=8", "model.d_model"),
    ("optimizer.grad_clip=1", "optimizer.clip_norm"),
    ("sampling.max_tokens=1", "sampling.tokens"),
    ("optimzer.beta1=0.5", "optimizer.beta1"),
  ])
  func optionsAreToldTheNearestName(_ option: String, _ name: String) throws {
    #expect(
      try message("", "", [option])
        == "--set \(option): there is no such member; did you mean \(name)?")
  }

  @Test func whatIsNearNothingIsSentToTheTable() throws {
    for option in ["xyzzy=1", "optimizer.=1", "a..b=1", "variants.sound.seed=1", "seed.x=1"] {
      #expect(
        try message("", "", [option])
          .hasPrefix("--set \(option): there is no such member; "), "\(option)")
    }
    #expect(try message("", "", ["xyzzy=1"]).contains("fl-train --members lists all"))
    // Canonically the same as data.window's neighbour, but other bytes.
    #expect(try message("", "", ["model.\u{212A}=1"]).contains("there is no such member"))
  }

  @Test func membersOfOtherVersionsAreRefused() throws {
    #expect(
      try message("\"d_head\": 8", "\"d_head\": 8, \"window_size\": 4").hasPrefix(
        "r.json:5: model.window_size: v5.2 does not read it, unlike v7.3, v7.4, v7.5, others"))
    #expect(
      try message("", "", ["model.d_ff=8"]).hasSuffix("did you mean model.d_ffn?"))
    #expect(try message("", "", ["objective.fsp_tau=8"]).contains("v5.2 does not read it"))
    // Taken back, they are not there.
    #expect(try message("", "", ["model.d_ff=8", "model.d_ff=null"]).contains("budget: must hold"))
  }

  @Test func membersOfOtherVariantsAreForTheFileAlone() throws {
    let members: JSONObject = [
      "version": "v9.2",
      "model": [
        "d_model": 16, "n_layers": 1, "d_ff": 8, "n_heads": 2, "d_head": 8, "window_size": 4,
        "d_mem": 4, "vocab": 9,
      ], "objective": ["batch": 4],
    ]
    _ = try Recipe(members, source: "test").modelToTrain()
    let error = #expect(throws: RecipeError.self) {
      try Recipe(members, source: "test", overrides: ["objective.batch=4"]).modelToTrain()
    }
    #expect(
      error?.description
        == "--set objective.batch=4: only the published variant of v9.2 reads it")
  }

  @Test func aVariantCanBeSetLikeAnyMember() throws {
    let recipe = try Recipe([:], source: "test", overrides: ["variant=published"])
    #expect(recipe.variant == .published)
    #expect(recipe["variant"] == "published")
    #expect(throws: RecipeError.self) {
      try Recipe([:], source: "test", variant: .sound, overrides: ["variant=published"])
    }
    #expect(throws: RecipeError.self) {
      try Recipe([:], source: "test", overrides: ["variant=loud"])
    }
  }

  @Test func optionsAreBlamedForTheirValues() throws {
    #expect(
      try message("", "", ["batch.sequences=0"])
        == "--set batch.sequences=0: must be a whole number from 1 to 65536")
    #expect(
      try message("", "", ["model.d_model=0"])
        == "--set model.d_model=0: must be a whole number from 1 to 16384")
    #expect(
      try message("", "", ["optimizer.minimum_learning_rate=0.01"])
        == "--set optimizer.minimum_learning_rate=0.01: "
        + "0.01 is more than the peak, optimizer.learning_rate = 0.003")
    #expect(
      try message("", "", ["sampling.temperature=-1"])
        == "--set sampling.temperature=-1: must be a number from 0 to 1000000")
    #expect(
      try message("", "", ["on_nonfinite=ignore"])
        == "--set on_nonfinite=ignore: must be stop or skip, not \"ignore\"")
    var recipe = try Recipe(TrainingFixture.recipe, source: "test")
    recipe.set("budget", ["steps": 0], from: "--steps 0")
    #expect(recipe.failure("budget.steps", "no").description == "--steps 0: no")
  }

  @Test func numbersMustFitTheirFormat() throws {
    #expect(try message("", "", ["sampling.temperature=1e-38"]).contains("too small for a 32-bit"))
    #expect(try message("", "", ["optimizer.epsilon=1e-300"]).contains("too small for a 32-bit"))
    #expect(try message("", "", ["optimizer.weight_decay=1e39"]).contains("from 0 to 1000"))
    #expect(try message("", "", ["seed=1e19"]).contains("must be a whole number"))
    #expect(Float(representing: 1e39) == nil)
    #expect(Float(representing: -1e-39) == nil)
    #expect(Float(representing: .nan) == nil)
    #expect(Float(representing: 0) == 0)
    #expect(Float(representing: 0.1) == 0.1)
  }

  @Test func distancesCountSwappedLettersOnce() {
    #expect(editDistance("dropuot", "dropout") == 1)
    #expect(editDistance("", "abc") == 3)
    #expect(editDistance("abc", "abc") == 0)
    #expect(editDistance("kitten", "sitting") == 3)
  }
}
