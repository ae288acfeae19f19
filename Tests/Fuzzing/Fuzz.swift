import CFuzzer
import Foundation
import HostileInputs

/// The program that fuzzes the readers: `fuzz READER FOLDER [libFuzzer's options]`, or
/// `fuzz --seeds FOLDER` to write the inputs that fuzzing begins with. `run.sh` drives it.
@main
enum Fuzz {
  static func main() throws {
    let arguments = CommandLine.arguments
    if arguments.count == 3, arguments[1] == "--seeds" {
      for reader in HostileInput.allCases { try writeSeeds(reader, to: arguments[2]) }
      return
    }
    guard arguments.count >= 2, HostileInput(rawValue: arguments[1]) != nil else {
      let names = HostileInput.allCases.map(\.rawValue).joined(separator: " ")
      print("usage: fuzz READER FOLDER [options]; readers: \(names)")
      exit(64)
    }
    // libFuzzer does not know the reader's name: the first argument is left out of what it sees.
    var options = ([arguments[0]] + arguments.dropFirst(2)).map { strdup($0) } + [nil]
    var count = Int32(options.count - 1)
    let status = options.withUnsafeMutableBufferPointer { buffer in
      var start = buffer.baseAddress
      return LLVMFuzzerRunDriver(&count, &start) { bytes, count in
        fuzzedReader.read([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
        return 0
      }
    }
    exit(status)
  }

  private static func writeSeeds(_ reader: HostileInput, to folder: String) throws {
    let path = "\(folder)/\(reader.rawValue)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (index, seed) in try reader.seeds().enumerated() {
      try Data(seed).write(to: URL(filePath: "\(path)/seed-\(index)"))
    }
  }
}

/// The reader that is being fuzzed; libFuzzer's callback can capture nothing.
private let fuzzedReader =
  HostileInput(rawValue: CommandLine.arguments[1]) ?? { preconditionFailure("no such reader") }()
