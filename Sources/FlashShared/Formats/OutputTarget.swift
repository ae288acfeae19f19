import Foundation

/// What the path of an output leads to, decided before any work is done for it.
///
/// A regular file, or a name that is free, is written beside its place and renamed into it; symbolic
/// links on the way stay, and what they lead to is replaced. Devices, pipes and open descriptors
/// (`/dev/fd/3`, `/dev/stdout`) are written in place. A folder is made, or is empty, or is one that
/// the same kind of output filled before. Everything else is refused, with what would mend it.
public struct OutputTarget: Sendable {
  /// How the output gets to its place.
  public enum Kind: Equatable, Sendable {
    /// Whole or not at all, under `resolvedPath`.
    case file
    /// In place, byte by byte.
    case stream
    /// As files in a folder.
    case folder
  }

  /// Where something is, whatever it is called: two paths of one place have equal places.
  struct Place: Hashable, Sendable {
    /// The device and inode of what exists,
    let device: UInt64
    let inode: UInt64
    /// and the rest of the path, which does not exist yet.
    let rest: [String]
  }

  /// The path as it was given.
  public let path: String
  public let kind: Kind
  /// The place without symbolic links on the way to it.
  public let resolvedPath: String
  /// An open descriptor of this process that the path stands for.
  let descriptor: Int32?
  /// The permissions of the file that is replaced.
  let permissions: mode_t?
  private let place: Place?

  /// Whether the data go to standard output, which then belongs to them alone.
  public let isStandardOutput: Bool

  /// Whether a folder must be made.
  let isNew: Bool

  /// The folder for intermediate data of the output's size; nil for the system's.
  public var workFolder: String? { kind == .file ? PathParts(resolvedPath).folder : nil }

  /// Decides what an output file is; `-` is standard output.
  public init(file path: String) throws {
    self.path = path
    let found = try Self.stream(at: path)
    if let found {
      kind = .stream
      resolvedPath = path
      (descriptor, place) = (found.descriptor, found.place)
      isStandardOutput = found.isStandardOutput
      permissions = nil
      isNew = false
      return
    }
    let file = try Self.regularFile(at: path)
    kind = .file
    (resolvedPath, place, permissions) = (file.path, file.place, file.permissions)
    descriptor = nil
    isStandardOutput = false
    isNew = file.permissions == nil
  }

  /// Decides what an output folder is.
  ///
  /// - Parameter isOurs: whether a folder with these names in it is one that may be written into
  ///   again; may throw to say what is there instead.
  public init(
    folder path: String, isOurs: (_ folder: String, _ names: [String]) throws -> Bool
  ) throws {
    self.path = path
    let folder = try Self.folder(at: path)
    kind = .folder
    (resolvedPath, place) = (folder.path, folder.place)
    (descriptor, permissions, isStandardOutput) = (nil, nil, false)
    isNew = folder.names == nil
    guard let names = folder.names, !names.isEmpty, try !isOurs(folder.path, names) else { return }
    throw FileError.cannotCreate(
      path: path,
      reason: "the folder holds other files ('\(names.sorted()[0])'); name a new or an empty one")
  }

  /// Refuses outputs that are one place by several names, and outputs that are inputs.
  ///
  /// - Parameters:
  ///   - outputs: all outputs of a command.
  ///   - inputs: paths of what it reads; `-` and what is not there do not matter.
  public static func refuseSamePlace(_ outputs: [OutputTarget], inputs: [String]) throws {
    var seen: [Place: String] = [:]
    for output in outputs {
      guard let place = output.place else { continue }
      if let other = seen[place] {
        throw FileError.cannotCreate(
          path: output.path,
          reason: other == output.path
            ? "two outputs have the same name; give each its own"
            : "is the same place as the output '\(other)'; give each its own")
      }
      seen[place] = output.path
    }
    for input in inputs where input != "-" {
      var status = stat()
      guard stat(input, &status) == 0, let output = seen[Place(status, rest: [])] else { continue }
      throw FileError.cannotCreate(
        path: output,
        reason: "is the same place as the input '\(input)', which would be lost; "
          + "write to another place")
    }
  }
}

// MARK: - What is there

extension OutputTarget {
  private static func refusal(_ path: String, _ reason: String) -> FileError {
    .cannotCreate(path: path, reason: reason)
  }

  /// What is written in place: standard output, an open descriptor, a device or a pipe.
  private static func stream(
    at path: String
  ) throws -> (descriptor: Int32?, place: Place?, isStandardOutput: Bool)? {
    guard !path.isEmpty else { throw refusal("''", "the name is empty; give a file's name") }
    var status = stat()
    if let descriptor = path == "-" ? 1 : openDescriptor(at: path) {
      let name = path == "-" ? "standard output" : path
      let mode = fcntl(descriptor, F_GETFL)
      guard mode >= 0, fstat(descriptor, &status) == 0, mode & O_ACCMODE != O_RDONLY else {
        throw refusal(name, "it is not open for writing; open it or name a file")
      }
      return (descriptor, status.isBottomless ? nil : Place(status, rest: []), descriptor == 1)
    }
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFIFO, S_IFCHR, S_IFBLK: break
    case S_IFSOCK: throw refusal(path, "it is a socket; name a file or a pipe")
    default: return nil
    }
    guard access(path, W_OK) == 0 else {
      throw refusal(path, "\(systemErrorText()); name another place or change its permissions")
    }
    var own = stat()
    let isOwn =
      fstat(1, &own) == 0 && !status.isBottomless
      && Place(own, rest: []) == Place(status, rest: [])
    return (nil, status.isBottomless ? nil : Place(status, rest: []), isOwn)
  }

  /// The descriptor that a path such as /dev/stdout or /proc/self/fd/5 stands for.
  private static func openDescriptor(at path: String) -> Int32? {
    var path = path
    for _ in 0..<longestChain {
      let parts = PathParts(path)
      guard let folder = realPath(parts.folder) else { return nil }
      if folder == "/proc/\(getpid())/fd" { return Int32(parts.name) }
      guard let link = linkTarget(PathParts.join(folder, parts.name)) else { return nil }
      path = link.hasPrefix("/") ? link : PathParts.join(folder, link)
    }
    return nil
  }

  /// Links that are followed one after the other, as the system does.
  private static let longestChain = 40

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func linkTarget(_ path: String) -> String? {
    let room = Int(PATH_MAX)
    var buffer = [CChar](repeating: 0, count: room)
    let count = readlink(path, &buffer, room)
    guard count >= 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A regular file, or a free name in a folder that can be written into.
  private static func regularFile(
    at path: String
  ) throws -> (path: String, place: Place, permissions: mode_t?) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw refusal(
        path, "it is a folder; name a file in it, such as \(PathParts.join(path, "output"))")
    }
    guard !path.hasSuffix("/") else {
      throw refusal(path, "a name that ends in / is a folder's; name a file")
    }
    var current = path
    for _ in 0..<longestChain {
      let parts = PathParts(current)
      guard let folder = realPath(parts.folder) else {
        throw refusal(
          path,
          errno == ENOENT
            ? "there is no folder '\(parts.folder)'; make it first: mkdir -p '\(parts.folder)'"
            : "'\(parts.folder)': \(systemErrorText()); name another place")
      }
      guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw refusal(path, "'\(parts.folder)' is not a folder; name another place")
      }
      let parent = status
      let place = PathParts.join(folder, parts.name)
      if let link = linkTarget(place) {
        current = link.hasPrefix("/") ? link : PathParts.join(folder, link)
        continue
      }
      guard access(folder, W_OK | X_OK) == 0 else {
        throw refusal(
          path,
          "the folder '\(parts.folder)' cannot be written to (\(systemErrorText())); "
            + "name another place or change its permissions")
      }
      guard lstat(place, &status) == 0 else {
        guard errno == ENOENT else {
          throw refusal(path, "\(systemErrorText()); name another place")
        }
        return (place, Place(parent, rest: [parts.name]), nil)
      }
      guard access(place, W_OK) == 0 else {
        throw refusal(
          path,
          "the file is write-protected (\(systemErrorText())); "
            + "name another place or change its permissions")
      }
      return (place, Place(status, rest: []), status.st_mode & 0o777)
    }
    throw refusal(path, "\(systemErrorText(ELOOP)); name another place")
  }

  /// A folder and the names in it; nil where it must be made.
  private static func folder(
    at path: String
  ) throws -> (path: String, place: Place, names: [String]?) {
    guard !path.isEmpty else { throw refusal("''", "the name is empty; give a folder's name") }
    var existing = path
    var rest: [String] = []
    while true {
      if let resolved = realPath(existing) {
        var status = stat()
        guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
          throw refusal(path, "'\(existing)' is not a folder; name another place")
        }
        guard access(resolved, R_OK | W_OK | X_OK) == 0 else {
          throw refusal(
            path,
            "the folder '\(existing)' cannot be written to (\(systemErrorText())); "
              + "name another place or change its permissions")
        }
        let missing = normalized(rest)
        let place = Place(status, rest: missing)
        guard missing.isEmpty else {
          return (missing.reduce(resolved, PathParts.join), place, nil)
        }
        let names = try? FileManager.default.contentsOfDirectory(atPath: resolved)
        return (resolved, place, names ?? [])
      }
      guard errno == ENOENT else {
        throw refusal(path, "'\(existing)': \(systemErrorText()); name another place")
      }
      guard linkTarget(existing) == nil else {
        throw refusal(
          path, "'\(existing)' is a symbolic link to what is not there; make that or remove it")
      }
      let parts = PathParts(existing)
      rest.insert(parts.name, at: 0)
      existing = parts.folder
    }
  }

  /// Parts of a path that does not exist, without those that lead nowhere.
  private static func normalized(_ parts: [String]) -> [String] {
    parts.reduce(into: []) { result, part in
      switch part {
      case ".": break
      case "..": _ = result.popLast()
      default: result.append(part)
      }
    }
  }
}

extension OutputTarget.Place {
  fileprivate init(_ status: stat, rest: [String]) {
    self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), rest: rest)
  }
}

extension stat {
  /// Whether this is a device that takes everything and that several outputs may share.
  fileprivate var isBottomless: Bool {
    st_mode & S_IFMT == S_IFCHR && st_rdev == 0x103
  }
}
