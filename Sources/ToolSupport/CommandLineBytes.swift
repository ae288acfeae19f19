import Foundation

/// The words of the command line as the bytes that they are: what Swift hands out is repaired where
/// it is not UTF-8.
public struct CommandLineBytes {
  /// The words that are not UTF-8, as they read when repaired, in their order.
  private var repaired: [(text: String, bytes: [UInt8])]

  public init() {
    let words = FileManager.default.contents(atPath: "/proc/self/cmdline") ?? Data()
    repaired = words.split(separator: 0, omittingEmptySubsequences: false).compactMap { word in
      String(validating: word, as: UTF8.self) == nil
        ? (String(decoding: word, as: UTF8.self), Array(word)) : nil
    }
  }

  /// The bytes of a word that was handed out. Words that read the same are asked for in their order.
  public mutating func bytes(of text: String) -> [UInt8] {
    guard let index = repaired.firstIndex(where: { $0.text == text }) else {
      return Array(text.utf8)
    }
    return repaired.remove(at: index).bytes
  }
}
