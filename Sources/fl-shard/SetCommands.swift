import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Says what a set of shards holds and how it was made.")

  @Argument(help: ArgumentHelp("The sets' folders.", valueName: "folder"))
  var paths: [String]

  @Flag(help: "Print each manifest as one line of JSON.")
  var json = false

  func run() throws {
    let output = try DataOutput(path: "-")
    for (number, path) in paths.enumerated() {
      let set = try ShardSet(path: path)
      try output.append { buffer in
        if json {
          buffer += set.manifest.json.serialized() + [0x0A]
        } else {
          if paths.count > 1 { buffer += "\(number > 0 ? "\n" : "")\(path)\n".utf8 }
          buffer += set.manifest.description.utf8
        }
      }
    }
    try output.finish()
  }
}

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks sets of shards against their manifests: every hash, token, boundary and sum.",
    discussion: """
      Each set is checked and reported, whatever the others are. Exits with 1 if one is not what its \
      manifest says, also where a file is gone, and with 66 if the only fault is that there is no \
      set where one was named.
      """)

  @Argument(help: ArgumentHelp("The sets' folders.", valueName: "folder"))
  var paths: [String]

  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.install()
    var faults: [any ReportableError] = []
    for path in paths {
      var progress = ProgressBar("Verifying", isQuiet: common.quiet)
      do {
        let set = try ShardSet(path: path)
        try set.verify { progress.update(fraction: $0, detail: path) }
        progress.finish()
        try EventLog(descriptor: 1, digits: EventLog.exactDigits).write(
          "verify",
          [
            "path": .string(path), "sound": true, "documents": .integer(set.documentCount),
            "tokens": .integer(set.tokenCount),
          ])
        note("\(path): sound", unless: common.quiet)
      } catch let error as any ReportableError {
        progress.finish()
        try EventLog(descriptor: 1, digits: EventLog.exactDigits).write(
          "verify",
          ["path": .string(path), "sound": false, "reason": .string(error.description)])
        if paths.count > 1 { printMessage(error.description, from: "fl-shard") }
        faults.append(error)
      }
    }
    try judge(faults)
  }

  /// Throws what the outcome is. Where sets are not there at all, and all others sound, no check
  /// failed: something was not found.
  private func judge(_ faults: [any ReportableError]) throws {
    guard let first = faults.first else { return }
    let areMissing = faults.allSatisfy {
      if case ShardError.notASet = $0 { true } else { false }
    }
    let status = areMissing ? first.exitStatus : .checkFailed
    let reason =
      paths.count == 1
      ? first.description : "\(faults.count) of \(paths.count) sets are not sound, as said above"
    throw FailedCheck(reason: reason, exitStatus: status)
  }
}

/// Sets that are not what they say: the reason, and the exit code that it has.
struct FailedCheck: ReportableError {
  let reason: String
  let exitStatus: ExitStatus
  var description: String { reason }
}
