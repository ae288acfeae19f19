import ArgumentParser
import FlashShared
import Foundation
import ToolSupport

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Says what a set of shards holds and how it was made.")

  @Argument(help: ArgumentHelp("The set's folder.", valueName: "folder"))
  var path: String

  @Flag(help: "Print the manifest as one line of JSON.")
  var json = false

  func run() throws {
    let set = try ShardSet(path: path)
    let output = try DataOutput(path: "-")
    try output.append { buffer in
      if json {
        buffer += set.manifest.json.serialized() + [0x0A]
      } else {
        buffer += set.manifest.description.utf8
      }
    }
    try output.finish()
  }
}

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks sets of shards against their manifests: every hash, token, boundary and sum.",
    discussion: "Exits with 1 if a set is not what its manifest says.")

  @Argument(help: ArgumentHelp("The sets' folders.", valueName: "folder"))
  var paths: [String]

  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.install()
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
      } catch let error as any ReportableError where error.exitStatus == .badData {
        progress.finish()
        try EventLog(descriptor: 1, digits: EventLog.exactDigits).write(
          "verify",
          ["path": .string(path), "sound": false, "reason": .string(error.description)])
        throw FailedCheck(reason: error.description)
      }
    }
  }
}

/// A set that is not what it says: the reason, and the exit code of a check that did not hold.
struct FailedCheck: ReportableError {
  let reason: String
  var exitStatus: ExitStatus { .checkFailed }
  var description: String { reason }
}
