extension String {
  /// The text with a picture (U+2400 and the following) for each control character: what a model
  /// wrote or a file said neither moves a terminal's cursor nor makes a report a binary file.
  ///
  /// - Parameter keepingLines: leaves line feeds and tabs as they are.
  public func withVisibleControls(keepingLines: Bool = true) -> String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let picture: Unicode.Scalar? =
        switch scalar.value {
        case 0x09, 0x0A: keepingLines ? nil : Unicode.Scalar(0x2400 + scalar.value)
        case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value)
        case 0x7F: "\u{2421}"
        case 0x80...0x9F: "\u{FFFD}"
        default: nil
        }
      result.append(picture ?? scalar)
    }
    return String(result)
  }
}
