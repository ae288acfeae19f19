import FlashShared
import Foundation

/// Events for programs: one JSON object a line on standard output, `event` and `time` first.
enum EventRecord {
  /// Prints an event.
  static func print(_ name: String, _ members: JSONObject) {
    var object: JSONObject = [
      "event": .string(name), "time": .number(Date().timeIntervalSince1970),
    ]
    for (name, value) in members.members { object[name] = value }
    FileHandle.standardOutput.write(
      Data(JSONValue.object(object).serialized(digits: 15) + [0x0A]))
  }
}
