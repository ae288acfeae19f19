import ArgumentParser
import FlashShared
import Foundation

/// Shows a run's curves in the terminal, from its log alone, until it ends.
struct Watch {
  private let folder: RunFolder
  private let isTerminal: Bool
  private var history = TrainingHistory()
  private var reader: TrainingHistoryReader
  /// Bytes of the log that were read.
  private var offset = 0
  /// Lines of the last drawing, to draw over.
  private var drawnLines = 0

  init(_ path: String) {
    folder = RunFolder(path)
    reader = TrainingHistoryReader(path: folder.log)
    isTerminal = isatty(STDOUT_FILENO) == 1
  }

  /// Follows a run on a terminal; prints its curves once where the output is none.
  mutating func run() throws {
    Interruption.install()
    while true {
      let isNew = try readMore()
      if isNew || drawnLines == 0 { try draw() }
      guard isTerminal, history.state == .running else { return }
      for _ in 0..<5 {
        if Interruption.pending != nil { return }
        usleep(200_000)
      }
    }
  }

  /// Reads what the log has grown by.
  private mutating func readMore() throws -> Bool {
    let file = try FileBytes(path: folder.log)
    if file.count < offset {
      // A resumed run cuts what its checkpoint does not know.
      history = TrainingHistory()
      reader = TrainingHistoryReader(path: folder.log)
      offset = 0
    }
    guard file.count > offset else { return false }
    try reader.read(file.copy(offset..<file.count), into: &history)
    offset = file.count
    return true
  }

  private mutating func draw() throws {
    // The log does not say when the run will end; the recipe beside it does, if it is there.
    let budget = try? Budget(Recipe(path: folder.recipe))
    let (width, height) = size()
    let lines = TrainingChart(history, name: folder.path, budget: budget)
      .lines(width: width, height: height, isColoured: isTerminal)
    var text = drawnLines > 0 ? "\u{1B}[\(drawnLines)A\r" : ""
    for line in lines { text += isTerminal ? "\(line)\u{1B}[K\n" : "\(line)\n" }
    if isTerminal { text += "\u{1B}[J" }
    try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    drawnLines = lines.count
  }

  /// The terminal's size, or that of a common one.
  private func size() -> (width: Int, height: Int) {
    var window = winsize()
    guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0,
      window.ws_row > 0
    else { return (80, 24) }
    return (max(40, Int(window.ws_col)), min(40, max(12, Int(window.ws_row) - 1)))
  }
}
