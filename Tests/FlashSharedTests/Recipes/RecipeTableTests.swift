import Foundation
import TestSupport
import Testing

@testable import FlashShared

/// The table of members is whole and has nothing too much: what is read is in it, what is in it is
/// read, and the recipes have what is in it.
@Suite struct RecipeTableTests {
  private static let root = Tool.repository.path

  private static func files(below folder: String, _ isWanted: (String) -> Bool) -> [String] {
    let paths = FileManager.default.enumerator(atPath: "\(root)/\(folder)")?.allObjects ?? []
    return paths.compactMap { $0 as? String }.filter(isWanted).sorted().map { "\(folder)/\($0)" }
  }

  private static let recipes = PublishedRecipes.files.map { "pipelines/recipes/\($0)" }

  private static let runs = files(below: "results/runs") { $0.hasSuffix("/recipe.json") }

  @Test(arguments: recipes) func everyRecipeHasKnownMembersOnly(_ file: String) throws {
    let version = try Recipe(path: "\(Self.root)/\(file)").string("version")
    let variants = try #require(ModelRegistry.readers.names(version)).keys
    #expect(variants.contains(.sound))
    for variant in variants {
      let recipe = try Recipe(path: "\(Self.root)/\(file)", variant: variant)
      _ = try recipe.modelToTrain()
      #expect(recipe["$schema"] == nil, "run folders have no schema beside them")
    }
    let text = try JSONValue(contentsOf: "\(Self.root)/\(file)")
    #expect(text["$schema"] == "schema.json")
  }

  /// Old runs are opened, whatever they say that nothing reads any more.
  @Test func everyKeptRunCanBeOpened() throws {
    #expect(!Self.runs.isEmpty)
    for file in Self.runs {
      let recipe = try Recipe(path: "\(Self.root)/\(file)")
      #expect(try recipe.model().layout.count > 0)
      _ = try PublishedProtocol(recipe, seed: 1)
      _ = try SamplerSettings(recipe)
      do {
        try recipe.requireKnownMembers(ModelRegistry.readers)
      } catch let error as RecipeError {
        #expect(error.member == "model.seq_len", "\(file): \(error)")
      }
    }
  }

  @Test func theSchemaBesideTheRecipesIsTheTables() throws {
    let written = try Data(contentsOf: URL(filePath: "\(Self.root)/pipelines/recipes/schema.json"))
    let made = JSONValue.object(RecipeTable.schema(ModelRegistry.readers))
    #expect(
      Array(written) == made.serialized(isPretty: true) + [UInt8(ascii: "\n")],
      "make it again: make schema")
  }

  @Test func everyHyperparameterIsReadByAVersion() {
    let read = ModelRegistry.readers.versions.reduce(into: Set<String>()) { names, version in
      for some in version.names.values { names.formUnion(some) }
    }
    let table = RecipeTable.members.filter(\.isHyperparameter).map(\.name)
    #expect(read.symmetricDifference(table).isEmpty)
    #expect(Set(table).count == table.count)
  }

  /// Each version's models can be made with the examples, or reads would be missed.
  @Test func everyVersionIsFoundInAllItsVariants() throws {
    for version in ModelRegistry.versions {
      let names = try #require(ModelRegistry.readers.names(version))
      for variant in Variant.allCases {
        let isMade = (try? PublishedRecipes.recipe(version, variant).model()) != nil
        #expect(isMade == (names[variant] != nil), "\(version) \(variant)")
      }
    }
  }

  /// What the sources read of a recipe, by the calls' text.
  private static func readPaths() throws -> Set<String> {
    let call = /recipe(?:\.[a-zA-Z]+)?[(\[]\s*"([a-z0-9_.]+)"/
    var paths: Set<String> = []
    for file in files(below: "Sources", { $0.hasSuffix(".swift") }) {
      let text = try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
      for match in text.matches(of: call) { paths.insert(String(match.output.1)) }
    }
    return paths
  }

  @Test func everyOtherMemberIsReadAndEveryReadIsThere() throws {
    let read = try Self.readPaths()
    #expect(read.count > 40)
    for path in read {
      #expect(RecipeTable.member(path) != nil || RecipeTable.isSection(path), "\(path)")
    }
    // A recipe reads its variant itself, before there is a recipe.
    for member in RecipeTable.members
    where !member.isHyperparameter && member.path != "variant" {
      #expect(read.contains(member.path), "nothing reads \(member.path)")
    }
  }

  @Test func entriesAreWellFormed() {
    for member in RecipeTable.members {
      if case .value(let value) = member.fallback {
        #expect(member.problem(with: value) == nil, "\(member.path)")
      }
      #expect(member.summary.hasSuffix("."), "\(member.path)")
      #expect(member.section.isEmpty || RecipeTable.isSection(member.section), "\(member.path)")
    }
    #expect(Set(RecipeTable.members.map(\.path)).count == RecipeTable.members.count)
  }

  /// The defaults of who reads are the table's.
  @Test func defaultsAreTheTables() throws {
    var expected = SamplerSettings()
    expected.stages = SamplerSettings.referenceStages
    #expect(try SamplerSettings(Recipe([:], source: "test")) == expected)
    #expect(
      RecipeTable.member("on_nonfinite")?.form
        == .choice(TrainingSettings.NonfinitePolicy.allCases.map(\.rawValue)))
    #expect(
      RecipeTable.member("protocol.sample")?.form
        == .choice(PublishedProtocol.Sample.allCases.map(\.rawValue)))
  }

  @Test func theTableIsPrinted() {
    let text = RecipeTable.text(ModelRegistry.readers)
    let lines = Set(text.split(separator: "\n").map(String.init))
    for member in RecipeTable.members { #expect(lines.contains(member.path)) }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    let one = RecipeTable.text(ModelRegistry.readers, version: "v5.2")
    #expect(one.contains("model.d_ffn\n"))
    #expect(!one.contains("model.window_size"))
  }
}
