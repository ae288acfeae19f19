import FlashShared
import Foundation
import TestSupport
import Testing

/// fl-train under mpirun, where it was built for that: all of this with FLASHLM_MPI=1, or the tools
/// in the folder that FLASHLM_MPI_BIN names.
@Suite struct MPITests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let isAllBuilt = environment["FLASHLM_MPI"] == "1"
  private static let tools =
    environment["FLASHLM_MPI_BIN"] ?? (isAllBuilt ? Tool.products : nil)
  private static let canRun = tools != nil && Tool.isInstalled("mpirun")
  private static let reason: Comment =
    "built without MPI, or no mpirun: see 'make mpi-tests'"
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TrainingFixture.writeRecipe(folder.file("recipe.json"))
    try TrainingFixture.makeShards(folder.file("train"), tokens: 900)
    try TrainingFixture.makeShards(folder.file("valid"), tokens: 300, seed: 6)
  }

  private let train = Tool("fl-train", in: tools ?? Tool.products)
  /// Found in PATH, and executed in the place of the process that was started.
  private let mpirun = Tool(absolutePath: "/usr/bin/env")

  private func arguments(_ output: String, threads: Int) -> [String] {
    [
      "--recipe", folder.file("recipe.json"), "--train", folder.file("train"),
      "--validation", folder.file("valid"), "--output", folder.file(output), "--threads",
      "\(threads)", "--resume",
    ]
  }

  private func ranks(_ count: Int, _ output: String, threads: Int) -> [String] {
    [
      "mpirun", "-n", "\(count)", "--bind-to", "none", "--oversubscribe", "--allow-run-as-root",
      train.path,
    ] + arguments(output, threads: threads)
  }

  private func tensors(_ path: String) throws -> [[UInt32]] {
    let file = try Safetensors(path: path)
    return try file.names.map { try file.values(of: $0).map(\.bitPattern) }
  }

  @Test(.enabled(if: canRun, reason))
  func ranksGiveTheBitsOfOneProcess() throws {
    let whole = try train.run(arguments("whole", threads: 4))
    #expect(whole.status == 0)
    let parted = try mpirun.run(ranks(2, "parted", threads: 2))
    #expect(parted.status == 0, "\(parted.errorText)")
    // Rank 0 alone tells what happens.
    #expect(parted.lines.filter { $0.contains(#""event":"start""#) }.count == 1)
    #expect(parted.lines.last?.contains("exchanged_bytes") == true)
    for name in ["last.safetensors", "best.safetensors"] {
      #expect(
        try tensors(folder.file("whole/\(name)")) == tensors(folder.file("parted/\(name)")))
    }
  }

  @Test(.enabled(if: canRun, reason))
  func aLostRankEndsTheJobAndTheRunGoesOn() throws {
    let whole = try train.run(arguments("whole", threads: 2) + ["--steps", "400"])
    #expect(whole.status == 0)
    _ = try folder.file("errors", "")
    let job = try mpirun.start(
      ranks(2, "lost", threads: 1) + ["--steps", "400"],
      errors: FileHandle(forWritingAtPath: folder.file("errors")))
    while !FileManager.default.fileExists(atPath: folder.file("lost/last.safetensors")),
      job.isRunning
    {
      Thread.sleep(forTimeInterval: 0.005)
    }
    let processes = try Tool(absolutePath: "/usr/bin/pgrep").run([
      "--full", "--parent", "\(job.processIdentifier)", folder.file("lost"),
    ])
    let last = try #require(processes.lines.last.flatMap { pid_t($0) })
    kill(last, SIGKILL)
    job.waitUntilExit()
    #expect(job.terminationStatus != 0)
    let errors = try String(contentsOfFile: folder.file("errors"), encoding: .utf8)
    #expect(errors.contains("signal 9"), "\(errors)")
    let rest = try train.run(arguments("lost", threads: 2) + ["--steps", "400"])
    #expect(rest.status == 0)
    #expect(
      try tensors(folder.file("whole/last.safetensors"))
        == tensors(folder.file("lost/last.safetensors")))
  }

  @Test(.enabled(if: !isAllBuilt, "built with MPI")) func withoutMPIItSaysSo() throws {
    let outcome = try Tool("fl-train").run(
      arguments("run", threads: 1), environment: ["OMPI_COMM_WORLD_SIZE": "2"])
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains("FLASHLM_MPI=1 make"))
  }
}
