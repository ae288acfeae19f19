import ArgumentParser
import FlashShared
import ToolSupport

struct QualityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quality",
    abstract: "Count what samples are like: variety, repetition, memorised passages, names.",
    discussion: """
      Reads what 'fl-sample --json' prints and prints one JSON object. Prompts do not count, but \
      for the names in them. A word is a run of letters, digits and apostrophes, in lower case.

      distinct_1, distinct_2, distinct_3: different sequences of 1, 2 and 3 words over all such \
      sequences, all samples together. More text has fewer, so compare samples of equal size.
      repetition_rate: of the sequences of four words of a sample, the share that occurred before \
      in the same sample.
      longest_overlap_characters, …_words, longest_overlap: the longest passage of a sample that \
      stands character by character in one document of the training text (words that are cut \
      count); mean_longest_overlap_characters: the mean of the samples' longest ones.
      known_word_share: the share of words that occur in the training text; unknown_words: up to \
      20 that do not, the most frequent first.
      name_consistency: of the names in the second half of a sample (by words, prompt included), \
      the share that occurred in its first half; name_mentions: how many such names there were. A \
      name is a word that stands with a capital inside a sentence of the sample, and nowhere in \
      the training text (without one: in the samples) in lower case.

        fl-sample runs/v5.2 --from-recipe --samples 8 --json |
          fl-eval quality - --training-text train.txt
      """)

  @Argument(
    help: ArgumentHelp("Files of JSON lines; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "The text that the model was trained on: JSON lines or text with separator lines, as each "
        + "file's content shows; may be given several times. It is read, never held.",
      valueName: "file"))
  var trainingText: [String] = []

  @Option(
    help: ArgumentHelp("The line between documents of a training text.", valueName: "line"))
  var separator = "<|endoftext|>"

  @Flag(name: [.short, .long], help: "No progress bar.")
  var quiet = false

  func validate() throws {
    guard !trainingText.contains("-") else {
      throw ValidationError("--training-text may be read several times: give a file.")
    }
  }

  func run() throws {
    Interruption.install()
    let samples = try SampleText.read(files)
    guard !samples.isEmpty else {
      throw SampleError.noSamples(path: files.joined(separator: ", "))
    }
    var settings = DocumentSettings()
    settings.separator = separator
    settings.advice = .separator
    let format = DocumentFormat.automatic(settings)
    var reader: DocumentReader?
    var bar = ProgressBar("training text", isQuiet: quiet)
    defer { bar.finish() }
    let quality = try SampleQuality(
      samples,
      training: trainingText.isEmpty
        ? nil
        : {
          let opened = DocumentReader(paths: trainingText, format: format)
          reader = opened
          return opened
        }
    ) { bar.update(fraction: $0, detail: "") }
    if let reader { printFindings(of: reader, from: "fl-eval") }
    var event: JSONObject = [
      "files": .array(files.map { .string($0) }),
      "training_text": .array(trainingText.map { .string($0) }),
    ]
    event.merge(quality.json)
    try EventLog(descriptor: 1).write("quality", event)
  }
}
