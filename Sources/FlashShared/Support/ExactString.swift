/// A string as a key: equal only to a string of the same bytes.
///
/// Swift's own comparison takes canonically equivalent strings for the same, such as the two forms
/// of "é", which in files of other programs are two names and two tokens.
struct ExactString: Hashable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (first: ExactString, second: ExactString) -> Bool {
    first.text.utf8.elementsEqual(second.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(UInt8(0xFF))
  }
}
