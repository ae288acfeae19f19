import Testing

@testable import FlashShared

/// Near duplicates among texts without words between spaces: they are compared by their characters.
@Suite struct WordlessDuplicateTests {
  private static let different: [[String]] = [
    [
      "-- . .- -. ... / -.-. --- -.. .", "+[--->++<]>+.---.[--->+<]>-.", "|---|---|\n|   |   |",
      "( * ) / ( % ) = { ^ }",
    ],
    ["|---|---|", "|:--|--:|", "+---+---+\n|   |   |\n+---+---+", "=====\n-----\n====="],
    [
      "早上我去了公园,看见一只小猫坐在树下。", "他昨天买了一本关于历史的旧书。",
      "这个城市的冬天非常寒冷,常常下雪。", "老师让我们把作业交到办公室。",
    ],
    [
      "昨日は友達と一緒に映画を見に行きました。", "この町の冬はとても寒くて、よく雪が降ります。",
      "先生は宿題を机の上に置くように言いました。", "猫が木の下で静かに眠っています。",
    ],
    [
      "เมื่อเช้าฉันไปสวนสาธารณะและเห็นแมวตัวเล็ก", "เขาซื้อหนังสือเก่าเกี่ยวกับประวัติศาสตร์เมื่อวานนี้",
      "ฤดูหนาวในเมืองนี้หนาวมากและมีหิมะตกบ่อย", "ครูบอกให้พวกเราส่งการบ้านที่ห้องทำงาน",
    ],
    ["┌──┬──┐\n│  │  │\n└──┴──┘", "╔══╦══╗", "→ ← ↑ ↓ ↔", "🙂🙃😀😁😂"],
    ["x +[--->++<]", "x = { ^ } ;", "x | --- |", "x /\\/\\/\\"],
    ["...", "!!!", "???", "---"],
    ["\u{1}\u{2}", "\u{3}", "\u{4}\u{5}\u{6}", "\u{7F}"],
  ]

  @Test(arguments: different) func differentTextsStay(_ texts: [String]) throws {
    for threshold in [0.5, 0.8] {
      var filter = NearDuplicateFilter(threshold: threshold, memoryLimit: 1 << 20)
      for text in texts {
        #expect(try filter.insert(Array(text.utf8)[...]), "\(text)")
      }
      for text in texts { #expect(try !filter.insert(Array(text.utf8)[...]), "\(text)") }
    }
  }

  /// Of 250 characters some dozen at one place are others.
  @Test(arguments: [
    (0x4E00, 3000), (0x3041, 80), (0x0E01, 46), (0x2500, 100), (0x21, 15), (0x1F600, 70),
  ])
  func textsThatAreAlikeBecomeOne(first: Int, count: Int) throws {
    let stream = RandomStream(seed: UInt64(first), purpose: .evaluation)
    func text(_ length: Int, from start: Int) -> [Unicode.Scalar] {
      (start..<start + length).map { index in
        Unicode.Scalar(UInt32(first + Int(stream.integer(at: UInt64(index), below: UInt64(count)))))
          ?? "?"
      }
    }
    func bytes(_ scalars: [Unicode.Scalar]) -> ArraySlice<UInt8> {
      Array(String(String.UnicodeScalarView(scalars)).utf8)[...]
    }
    let whole = text(250, from: 0)
    var changed = whole
    changed.replaceSubrange(100..<105, with: text(5, from: 1000))
    var filter = NearDuplicateFilter(threshold: 0.8, memoryLimit: 1 << 20)
    #expect(try filter.insert(bytes(whole)))
    #expect(try !filter.insert(bytes(changed)))
    #expect(try filter.insert(bytes(text(250, from: 5000))))
  }

  /// Signs and white space around words change nothing.
  @Test func wordsAreComparedByWords() throws {
    var filter = NearDuplicateFilter(threshold: 0.8, memoryLimit: 1 << 20)
    #expect(try filter.insert(Array("“The cat” sat — on the mat; and slept…".utf8)[...]))
    #expect(try !filter.insert(Array("the CAT sat on the mat, and slept".utf8)[...]))
    #expect(try filter.insert(Array("the dog ran to the park and barked".utf8)[...]))
  }
}
