extension String {
  /// The text with a picture (U+2400 and the following) for each control character but the tab and
  /// the line feed: what a model wrote neither makes a report a binary file nor moves a terminal's
  /// cursor.
  var withVisibleControls: String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let picture: Unicode.Scalar? =
        switch scalar.value {
        case 0x09, 0x0A: nil
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
