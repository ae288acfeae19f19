import FlashShared
import Foundation

/// Events for programs: one JSON object a line, `event` and `time` (seconds since 1970) first.
public enum EventLine {
  /// An event as a line, its line feed included.
  public static func bytes(_ name: String, _ members: JSONObject) -> [UInt8] {
    var object: JSONObject = [
      "event": .string(name), "time": .number(Date().timeIntervalSince1970),
    ]
    for (name, value) in members.members { object[name] = value }
    return JSONValue.object(object).serialized(digits: 15) + [0x0A]
  }

  /// Prints an event on standard output, or on standard error where the data have the former.
  public static func print(
    _ name: String, _ members: JSONObject, dataOnStandardOutput: Bool = false
  ) {
    let stream = dataOnStandardOutput ? FileHandle.standardError : FileHandle.standardOutput
    try? stream.write(contentsOf: Data(bytes(name, members)))
  }
}
