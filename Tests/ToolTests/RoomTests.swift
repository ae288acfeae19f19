import Foundation
import TestSupport
import Testing

/// The check that FlashShared's rooms lean one way notices each way of breaking their order.
@Suite struct RoomTests {
  private let folder: TemporaryFolder
  private let check = Tool(script: "Tests/Rooms/check.py")

  /// A repository of two rooms, of which the lower one is sound.
  init() throws {
    folder = try TemporaryFolder()
    for room in ["Low", "High"] {
      try FileManager.default.createDirectory(
        atPath: folder.file("Sources/FlashShared/\(room)"), withIntermediateDirectories: true)
    }
    _ = try folder.file("Sources/rooms.txt", "# The rooms.\nLow   below\nHigh  above\n")
    _ = try folder.file(
      "Sources/FlashShared/Low/Stone.swift", "struct Stone {\n  var weight = 1\n}\n")
    _ = try folder.file(
      "Sources/FlashShared/High/Tower.swift",
      """
      struct Tower { var base = Stone() }
      func build() -> Tower { Tower() }
      extension Stone {
        /// How many make a tower.
        func stacked() -> Tower { Tower() }
      }

      """)
  }

  private func outcome(_ text: String) throws -> Tool.Outcome {
    _ = try folder.file("Sources/FlashShared/Low/Other.swift", text + "\n")
    return try check.run([folder.path])
  }

  @Test func theRepositoryLeansOneWay() throws {
    let outcome = try check.run([Tool.repository.path])
    #expect(outcome.status == 0, "\(outcome.text)")
  }

  @Test func whatLeansDownOrIsOnlyTalkIsSound() throws {
    #expect(try outcome("/// Not a Tower.\nlet heavy = Stone().weight  // no build()").status == 0)
  }

  @Test(arguments: [
    ("let tower: Tower? = nil", "Tower"), ("let made = build()", "build"),
    ("func use(_ stone: Stone) { _ = stone.stacked() }", "stacked"),
  ])
  func whatLeansUpIsNamed(_ text: String, _ name: String) throws {
    let outcome = try outcome(text)
    #expect(outcome.status == 1)
    #expect(
      outcome.text == """
        Sources/FlashShared/Low/Other.swift: Low uses \(name) of High, which is above it; move one of \
        them, or hand in what is needed

        """)
  }

  @Test func aFolderThatIsNoRoomIsRefused() throws {
    try FileManager.default.createDirectory(
      atPath: folder.file("Sources/FlashShared/Attic"), withIntermediateDirectories: true)
    _ = try folder.file("Sources/FlashShared/Attic/Box.swift", "struct Box {}\n")
    let outcome = try check.run([folder.path])
    #expect(outcome.status == 2)
    #expect(outcome.text.contains("no room Attic"))
  }
}
