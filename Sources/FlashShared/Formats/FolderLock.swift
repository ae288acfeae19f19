import Foundation

/// A folder that one process at a time works in.
///
/// The lock is the system's (`flock`), so it ends with the process however that ends; the file's
/// content only tells who holds it.
public final class FolderLock {
  private let descriptor: Int32

  /// The file that the lock of a folder is.
  static func file(in folder: String) -> String { "\(folder)/.lock" }

  /// Creates the folder where it is missing and takes the lock, or says who has it.
  public init(folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError.cannotCreate(path: folder, reason: systemErrorText())
    }
    let path = Self.file(in: folder)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw FileError.cannotCreate(path: path, reason: systemErrorText())
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let owner = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      throw FileError.locked(
        path: folder,
        owner: owner.isEmpty ? "another process" : owner.trimmingCharacters(in: .newlines))
    }
    let text = "process \(getpid())\n"
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.utf8.count, 0)
  }

  /// Takes the lock of a folder that is there without leaving a file in it.
  ///
  /// - Parameter owner: finds out who holds the lock, if another process does.
  init(existing folder: String, owner: () -> String?) throws {
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError.cannotCreate(path: folder, reason: systemErrorText())
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw FileError.locked(path: folder, owner: owner() ?? "another process")
    }
  }

  // Also runs when the initializer throws, once the descriptor is set: closing it there as well
  // would close whatever another thread has opened under the same number by then.
  deinit { if descriptor >= 0 { close(descriptor) } }
}
