import FlashShared
import Foundation

/// The readers of files that others may have made, each as a function of raw bytes: what fuzzing
/// feeds, and what the tests feed with the cases that fuzzing found.
///
/// A reader may refuse its input with an error that tools report. Whatever else happens is a
/// failure: a crash, an error of another kind, or a broken promise, such as a text that comes out
/// of a writer and a reader changed.
public enum HostileInput: String, CaseIterable, Sendable {
  /// JSON text.
  case json
  /// Documents in every format; the first two bytes choose it.
  case documents
  /// Text into tokens and back.
  case encoding
  /// `tokenizer.json`, also a capped one.
  case tokenizer
  /// The pair of `vocab.json` and `merges.txt`, in one text.
  case merges
  /// A stream of encoded documents, binary or JSON lines.
  case tokens
  /// `.npy`.
  case npy
  /// The manifest of a set of shards; its hash is made right first.
  case manifest
  /// The `.npy` files of a set of shards whose manifest fits them.
  case shards
  /// An index of n-grams, without its hash, which is put behind it.
  case ngrams
  /// `.safetensors`.
  case safetensors
  /// The checkpoint that a run resumes from.
  case checkpoint
  /// A recipe, as far as the model's list of parameters.
  case recipe
  /// The log, the records and the samples of a run, as reports and charts read them.
  case run

  /// Reads the bytes, and ends the program where that should not have happened.
  public func read(_ bytes: [UInt8]) {
    do {
      switch self {
      case .json: try Self.readJSON(bytes)
      case .documents: try Self.readDocuments(bytes)
      case .encoding: try Self.readEncoding(bytes)
      case .tokenizer: try Self.readTokenizer(bytes)
      case .merges: try Self.readMerges(bytes)
      case .tokens: try Self.readTokens(bytes)
      case .npy: try Self.readNpy(bytes)
      case .manifest: try Self.readManifest(bytes)
      case .shards: try Self.readShards(bytes)
      case .ngrams: try Self.readNgrams(bytes)
      case .safetensors: try Self.readSafetensors(bytes)
      case .checkpoint: try Self.readCheckpoint(bytes)
      case .recipe: try Self.readRecipe(bytes)
      case .run: try Self.readRun(bytes)
      }
    } catch let error as any ReportableError {
      precondition(!error.description.isEmpty, "an error without words")
    } catch {
      preconditionFailure("an error that no tool reports: \(error)")
    }
  }

  /// Inputs that the reader accepts, as the toolkit itself writes them.
  public func seeds() throws -> [[UInt8]] {
    switch self {
    case .json: Self.jsonSeeds
    case .documents: Self.documentSeeds
    case .encoding: Self.encodingSeeds
    case .tokenizer: try Self.tokenizerSeeds()
    case .merges: Self.mergesSeeds
    case .tokens: try Self.tokensSeeds()
    case .npy: Self.npySeeds
    case .manifest: try Self.manifestSeeds()
    case .shards: Self.shardsSeeds
    case .ngrams: Self.ngramsSeeds
    case .safetensors: try Self.safetensorsSeeds()
    case .checkpoint: try Self.checkpointSeeds()
    case .recipe: try Self.recipeSeeds()
    case .run: Self.runSeeds
    }
  }

  /// The pieces of an input that stands for several files: two bytes of length before each.
  static func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while rest.count >= 2 {
      let length = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
      pieces.append(rest.dropFirst(2).prefix(length))
      rest = rest.dropFirst(2 + length)
    }
    return pieces
  }

  /// An input of several files.
  static func joined(_ pieces: [[UInt8]]) -> [UInt8] {
    pieces.flatMap { [UInt8($0.count & 0xFF), UInt8($0.count >> 8)] + $0 }
  }

  static func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { preconditionFailure(message()) }
  }
}

/// A folder in memory where inputs are written for readers that take paths; one for each thread,
/// and gone with it.
final class InputFolder {
  let path: String

  /// The folder of this thread.
  static var current: InputFolder {
    let key = "flashlm.input-folder"
    if let folder = Thread.current.threadDictionary[key] as? InputFolder { return folder }
    let folder = InputFolder()
    Thread.current.threadDictionary[key] = folder
    return folder
  }

  private convenience init() {
    let memory = FileManager.default.fileExists(atPath: "/dev/shm")
    self.init(
      (memory ? "/dev/shm" : NSTemporaryDirectory()) + "/flashlm-input-" + UUID().uuidString)
  }

  private init(_ path: String) {
    self.path = path
    mkdir(path, 0o700)
  }

  /// A folder in this one.
  func subfolder(_ name: String) -> InputFolder { InputFolder("\(path)/\(name)") }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  func file(_ name: String, _ bytes: some Collection<UInt8>) -> String {
    let path = "\(path)/\(name)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "no file in \(path)")
    defer { close(descriptor) }
    let array = Array(bytes)
    precondition(write(descriptor, array, array.count) == array.count, "cannot write \(path)")
    return path
  }
}
