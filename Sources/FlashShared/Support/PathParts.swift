/// A path taken apart as POSIX does: `dirname` and `basename`.
///
/// Foundation's functions answer an empty folder for names without one, and what they answer for
/// names of one letter has trapped.
struct PathParts: Equatable {
  /// The folder that holds what the path names: "." where the path has none.
  let folder: String
  /// The last part of the path, without slashes behind it; "/" for the root.
  let name: String

  init(_ path: String) {
    let slash = UInt8(ascii: "/")
    var bytes = Array(path.utf8)
    while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
    guard bytes != [slash], let last = bytes.lastIndex(of: slash) else {
      folder = bytes == [slash] ? "/" : "."
      name = String(decoding: bytes, as: UTF8.self)
      return
    }
    name = String(decoding: bytes[(last + 1)...], as: UTF8.self)
    var end = last
    while end > 0, bytes[end - 1] == slash { end -= 1 }
    folder = end == 0 ? "/" : String(decoding: bytes[..<end], as: UTF8.self)
  }

  /// A name in a folder.
  static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}
