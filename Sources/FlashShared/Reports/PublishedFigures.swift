/// What was published about a version, and what the number is: the member `published` of its recipe.
public struct PublishedFigures: Sendable, Equatable {
  public let version: String
  public let name: String
  /// The version's place in the order in which the family's appeared, from 1.
  public let place: Int
  /// The architecture in a few words.
  public let architecture: String
  /// The published parameter count, in words.
  public let parameters: String?
  /// The published perplexity; nil where none was.
  public let perplexity: Double?
  /// The published figure in words, where it is not just a number.
  public let wording: String?
  /// The published "bits per character".
  public let bitsPerCharacter: Double?
  /// What the published perplexity is.
  public let meaning: String

  /// Reads a recipe; nil if it states nothing published.
  public init?(_ recipe: Recipe) {
    guard recipe.sets("published"), let version = recipe["version"]?.stringValue,
      let architecture = recipe["published.architecture"]?.stringValue,
      let meaning = recipe["published.meaning"]?.stringValue
    else { return nil }
    self.version = version
    name = recipe["name"]?.stringValue ?? version
    place = recipe["published.place"]?.integerValue ?? .max
    self.architecture = architecture
    parameters = recipe["published.parameters"]?.stringValue
    perplexity = recipe["published.perplexity"]?.doubleValue
    wording = recipe["published.wording"]?.stringValue
    bitsPerCharacter = recipe["published.bits_per_character"]?.doubleValue
    self.meaning = meaning
  }

  /// The published perplexity as it is printed.
  public var perplexityText: String {
    wording ?? perplexity.map { ReportTable.fixed($0, 2) } ?? "none"
  }
}
