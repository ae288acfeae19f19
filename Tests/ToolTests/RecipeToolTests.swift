import FlashShared
import Foundation
import TestSupport
import Testing

/// Recipes as fl-train takes them: from files and pipes, with what nothing reads refused.
@Suite struct RecipeToolTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TrainingFixture.writeRecipe(folder.file("recipe.json"))
    try TrainingFixture.makeShards(folder.file("train"), tokens: 900)
    try TrainingFixture.makeShards(folder.file("valid"), tokens: 300, seed: 6)
  }

  private func arguments(_ recipe: String, _ output: String, _ more: String...) -> [String] {
    [
      "--recipe", recipe, "--train", folder.file("train"), "--validation", folder.file("valid"),
      "--output", folder.file(output), "--threads", "1", "--steps", "2",
    ] + more
  }

  @Test func aRecipeCanComeFromStandardInput() throws {
    let text: [UInt8] = [0xEF, 0xBB, 0xBF] + JSONValue.object(TrainingFixture.recipe).serialized()
    let outcome = try Tool("fl-train").run(arguments("-", "run"), input: text)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(FileManager.default.fileExists(atPath: folder.file("run/last.safetensors")))

    let failing = try Tool("fl-train").run(
      arguments("-", "other"), input: Array("{\n\"sede\": 1}".utf8))
    #expect(failing.status == 64)
    #expect(
      failing.errorText.hasPrefix(
        "fl-train: standard input:2: sede: there is no such member; did you mean seed?"))
    let twice = try Tool("fl-train").run(arguments("-", "other", "--tokenizer", "-"))
    #expect(twice.status == 64)
    #expect(twice.errorText.contains("Standard input can be read once only"))
  }

  @Test func aRecipeAndATokenizerCanComeFromPipes() throws {
    let tokenizer = Tokenizer(
      model: BytePairModel(tokens: ["a", "b", "c"], merges: []), addedTokens: [],
      addsPrefixSpace: false)
    try tokenizer.write(to: folder.file("tokenizer.json"))
    let tool = Tool("fl-train").path
    let call = arguments("<(cat '\(folder.file("recipe.json"))')", "run")
      .map { $0.hasPrefix("<(") ? $0 : "'\($0)'" }.joined(separator: " ")
    let outcome = try Tool(absolutePath: "/bin/bash").run([
      "-c", "'\(tool)' \(call) --tokenizer <(cat '\(folder.file("tokenizer.json"))')",
    ])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let copies = try ["run/tokenizer.json", "tokenizer.json"].map {
      try Data(contentsOf: URL(filePath: folder.file($0)))
    }
    #expect(copies[0] == copies[1])
  }

  @Test func whatNothingReadsIsRefusedBeforeAnythingIsWritten() throws {
    let outcome = try Tool("fl-train").run(
      arguments(folder.file("recipe.json"), "run", "--set", "optimizer.lr=1e-2"))
    #expect(outcome.status == 64)
    #expect(
      outcome.errorText
        == "fl-train: --set optimizer.lr=1e-2: there is no such member; "
        + "did you mean optimizer.learning_rate?\n")
    #expect(outcome.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.file("run")))
    let none = try Tool("fl-train").run(
      Array(arguments(folder.file("recipe.json"), "run").dropLast(2)) + ["--steps", "0"])
    #expect(none.status == 64)
    #expect(none.errorText.hasPrefix("fl-train: --steps 0: must be a whole number from 1 to"))
  }

  @Test func runFoldersNameNoSchema() throws {
    var recipe = TrainingFixture.recipe
    recipe["$schema"] = "schema.json"
    _ = try folder.file("named.json", JSONValue.object(recipe).serialized())
    #expect(try Tool("fl-train").run(arguments(folder.file("named.json"), "run")).status == 0)
    #expect(try JSONValue(contentsOf: folder.file("run/recipe.json"))["$schema"] == nil)
  }

  @Test func theTableIsPrinted() throws {
    let all = try Tool("fl-train").run(["--members"])
    #expect(all.status == 0)
    for path in ["optimizer.learning_rate", "model.window_size", "budget.minutes"] {
      #expect(all.lines.contains { $0 == path }, "\(path)")
    }
    let one = try Tool("fl-train").run(["--members", "--recipe", folder.file("recipe.json")])
    #expect(one.status == 0)
    #expect(one.lines.contains("model.d_ffn"))
    #expect(!one.text.contains("model.window_size"))
    let schema = try Tool("fl-train").run(["--schema"])
    let written = Tool.repository.appending(path: "pipelines/recipes/schema.json")
    #expect(try schema.output == Data(contentsOf: written))
  }

  private static let validates =
    (try? Tool(absolutePath: "/usr/bin/env").run([
      "python3", "-c", "import jsonschema; jsonschema.Draft202012Validator",
    ]))?.status == 0

  /// Somebody else's validator takes the recipes by the schema that they name, and refuses others.
  @Test(.enabled(if: validates, "Python's jsonschema is not installed"))
  func theRecipesFollowTheSchema() throws {
    let script = """
      import copy, glob, json, sys, jsonschema
      root = sys.argv[1] + "/pipelines/recipes/"
      schema = json.load(open(root + "schema.json"))
      validator = jsonschema.Draft202012Validator
      validator.check_schema(schema)
      check = validator(schema).is_valid
      recipes = {p: json.load(open(p)) for p in glob.glob(root + "*.json") if "schema" not in p}
      for path, recipe in recipes.items():
          if not check(recipe):
              sys.exit(path + ": " + str(next(validator(schema).iter_errors(recipe)).message))
      def changed(change):
          recipe = copy.deepcopy(recipes[root + "v5.2.json"])
          change(recipe)
          return check(recipe)
      for name, change in {
          "typo": lambda r: r["optimizer"].update(learning_rte=1),
          "bounds": lambda r: r["batch"].update(sequences=0),
          "type": lambda r: r["optimizer"].update(learning_rate="1e-3"),
          "other version": lambda r: r["model"].update(window_size=8),
          "variant": lambda r: r["variants"].update(loud={}),
          "in a variant": lambda r: r["variants"]["published"].update(model={"d_ff": 8}),
          "no version": lambda r: r.pop("version"),
          "section": lambda r: r.update(data=3),
      }.items():
          if changed(change):
              sys.exit(name + " was accepted")
      if not changed(lambda r: r["optimizer"].update(total_steps=None)):
          sys.exit("null was refused")
      print(len(recipes))
      """
    let outcome = try Tool(absolutePath: "/usr/bin/env").run([
      "python3", "-c", script, Tool.repository.path,
    ])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect((Int(outcome.text.trimmingCharacters(in: .newlines)) ?? 0) > 20)
  }
}
