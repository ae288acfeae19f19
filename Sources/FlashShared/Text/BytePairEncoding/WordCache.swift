import Foundation

/// Remembers the tokens of words, in bounded memory: natural text repeats a few ten thousand words,
/// so nearly every word costs one lookup.
///
/// All words of at most 15 bytes are in a `WordTable`, longer ones in a dictionary. The words met
/// last are also in `NearWords`, which stay in the processor's own cache.
///
/// A payload is a u32 header and 12 bytes. A header below 256 counts the tokens that stand in the
/// 12 bytes in the width of the output, ready to be stored. Any other header is 256 plus an index
/// into `lists`.
final class WordCache {
  /// Tokens of one word that do not fit its entry, or the bytes that it lost.
  struct List {
    var ids: [Int32]
    var droppedBytes: Int
  }

  static let inlineBytes = 12
  static let listFlag: UInt32 = 256
  /// The most short words that are remembered: 2¹⁶ entries of 32 bytes and the table's other half.
  private static let shortLimit = 1 << 16
  /// The most memory that longer words and lists may take, roughly.
  private static let longLimit = 1 << 22
  private static let longestRemembered = 512

  let near: NearWords
  let masks: UnsafeMutablePointer<UInt64>
  private let width: Int
  private var table = WordTable(capacity: 1 << 14)
  private(set) var lists: [List] = []
  private var long: [[UInt8]: List] = [:]
  private var longSize = 0

  /// - Parameter width: bytes per id, 2 or 4.
  init(width: Int) {
    self.width = width
    near = NearWords(width: width)
    masks = table.masks
  }

  /// The entry of a key, or the empty one in which it belongs.
  func find(_ key: WordTable.Key) -> (entry: UnsafeMutableRawPointer, isFound: Bool) {
    table.find(key)
  }

  /// The tokens of a longer word, if they are remembered.
  func longWord(_ word: UnsafeRawBufferPointer) -> List? {
    word.count > Self.longestRemembered ? nil : long[[UInt8](word)]
  }

  func remember(long word: UnsafeRawBufferPointer, _ list: List) {
    guard word.count <= Self.longestRemembered else { return }
    long[[UInt8](word)] = list
    longSize += word.count + 4 * list.ids.count + 128
    emptyIfFull()
  }

  /// Remembers a short word, whose empty entry `find` has given.
  func remember(
    _ key: WordTable.Key, at entry: UnsafeMutableRawPointer, _ ids: [Int32], dropped: Int
  ) {
    let payload = table.insert(key, at: entry)
    if ids.count * width <= Self.inlineBytes, dropped == 0 {
      payload.storeBytes(of: UInt32(ids.count), as: UInt32.self)
      for (index, id) in ids.enumerated() {
        Self.store(id, at: payload + 4 + index * width, width: width)
      }
      near.bring(key, payload)
    } else {
      payload.storeBytes(of: Self.listFlag + UInt32(lists.count), as: UInt32.self)
      lists.append(List(ids: ids, droppedBytes: dropped))
      longSize += 4 * ids.count + 64
    }
    emptyIfFull()
  }

  private func emptyIfFull() {
    guard table.count > Self.shortLimit || longSize > Self.longLimit else { return }
    table.removeAll()
    lists.removeAll(keepingCapacity: true)
    long.removeAll(keepingCapacity: true)
    longSize = 0
  }

  /// Writes an id in a width of 2 or 4 bytes.
  @inline(__always)
  static func store(_ id: Int32, at address: UnsafeMutableRawPointer, width: Int) {
    if width == 2 {
      address.storeBytes(of: UInt16(truncatingIfNeeded: id).littleEndian, as: UInt16.self)
    } else {
      address.storeBytes(of: id.littleEndian, as: Int32.self)
    }
  }
}
