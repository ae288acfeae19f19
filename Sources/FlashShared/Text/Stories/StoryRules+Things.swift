extension StoryRules {
  /// Plots around a thing: one is lost, one is shared, one is broken.
  static let things = """
    lost:
    | {hero.name} had {look:a} {toy:noun}. {toy_love} ¶
      {when}, {hero.he} took the {toy.noun} to {place:the}. {lost_playing} ¶
      {lost_gone} {sad} ¶
      {meet} {ask} "I lost my {toy.noun}," {said} {hero.name}.
      {lost_search} ¶ {lost_thanks} {learned} {lost_moral} {ending}

    toy_love:
    2| {hero.He} liked to {toy.play}.
    1| It was {hero.his} favorite thing in the whole world.
    1| {hero.His} {parent.noun} had given it to {hero.him}
       [for {hero.his} birthday|on a snowy day|as a surprise|after a long trip].
    1| {hero.He} took it everywhere and liked to {toy.play}.
    1| There was nothing better than to {toy.play}.

    lost_playing:
    | {hero.He} saw {place.sight} and forgot all about the {toy.noun}.
    | {hero.He} put it down for a moment and went to look at {place.sight}.
    | There was so much to see: {place.sight}, and much more.
    | {hero.name} wanted to {toy.play}, but first {hero.he} watched {place.sight}.
    | It was [fun|nice|wonderful] there, and {hero.he} played until {hero.he} was tired.

    lost_gone:
    2| [After a while|A little later|When the sun went down|When it was time to go home],
       {hero.name} looked for the {toy.noun}. It was [gone|not there|nowhere to be seen]!
    1| "Oh no!" {shouted} {hero.name}. "Where is my {look.word} {toy.noun}?"
    1| Suddenly, {hero.he} stopped. The {look.word} {toy.noun} was [gone|missing|not there anymore].
    1| Then {hero.he} turned around, and the {toy.noun} was [gone|missing|not there anymore]!

    lost_search:
    | {friend.name} [smiled|nodded|thought for a moment].
      "[Do not worry|Do not cry|Cheer up]," {friend.he} said.
      "[Let us look together|We will find it|I will help you]." ¶
      {lost_where}

    lost_where:
    | They looked {place.under}, but there was only {odd_thing}. They looked {place.behind} and found
      {nothing}. Then {finder} looked {place.other}. {there_it_is}
    | First they looked {place.behind}. There was {odd_thing}, but no {toy.noun}. Next they looked
      {place.other}. At last, {finder} looked {place.under}. {there_it_is}
    | {hero.name} looked {place.other}. {friend.name} looked {place.under} and saw {odd_thing}.
      Together they looked {place.behind}. {there_it_is}
    | "Think, {hero.name}," said {friend.name}. "Where did you play?" {hero.name} thought hard.
      "I was {place.behind}!" {hero.he} {shouted}. They ran there. {there_it_is}

    finder:
    | {hero.name}
    | {friend.name}

    nothing:
    | nothing
    | only {shade:a} [feather|button|leaf|ribbon|bottle]
    | some [ants|stones|leaves|crumbs]

    odd_thing:
    | an old shoe
    | a snail
    | a sleepy beetle
    | a rusty key
    | a spider
    | a broken stick
    | a fat worm
    | an empty bottle

    there_it_is:
    | There it was!
    | And there was the {toy.noun}, [safe and sound|a little dirty|wet but whole]!
    | "I see it!" {hero.he} {shouted}. It was the {look.word} {toy.noun}!
    | Something {look.word} was shining there. It was the {toy.noun}!

    lost_thanks:
    | {glad} "Thank you, {friend.name}!" {hero.he} {said}.
    | {hero.name} hugged the {toy.noun} and then {hero.he} hugged {friend.name}. {glad}
    | "You are a good friend," {hero.name} told {friend.name}. Then they took turns with the
      {toy.noun}.

    lost_moral:
    | it is good to ask for help.
    | a friend can make a hard thing easy.
    | we should take care of the things we love.
    | two can find what one cannot.

    sharing:
    | {when}, {hero.name} sat {place:at} with a [basket|bag|box|plate] full of {food:many}.
      {share_food} ¶ {share_meet} ¶ {share_no} ¶ {share_alone} ¶ {share_sorry} {learned}
      {share_moral} {ending}

    share_food:
    | They smelled {very} good.
    | {hero.His} {parent.noun} had made them that morning.
    | "These are all for me," {hero.he} thought.
    | {hero.He} counted them: there were [four|five|six|seven|eight|nine].
    | {hero.He} took a bite of the biggest {food.noun}.

    share_meet:
    | A {manner:word} {friend={friend.kind} named {friend.name}} [came by|stopped|walked over].
      "Those {food.many} look [good|tasty|yummy|sweet]," {friend.he} said.
      "[May I have one|Can I try one|Will you share one with me]?"
    | {friend={friend.name}}, a {manner:word} {friend.kind}, was [hungry|very hungry|on the way home].
      "[Please, can I have|I would love|Could you give me] {food.one}," {friend.he} {said}.
    | Then {hero.his} friend {friend={friend.name}} [sat down|came along]. {friend.name} was a
      {manner:word} {friend.kind}. "Oh, {food.many}! May I have one?" {friend.he} asked.

    share_no:
    | "No!" said {hero.name}. "They are mine." {friend.name} {share_leaves}
    | {hero.name} [shook {hero.his} head|turned away|held them tight].
      "I want to eat them all," {hero.he} {said}. {friend.name} {share_leaves}
    | "Go and find your own {food.many}," {hero.name} {said}. {friend.name} {share_leaves}

    share_leaves:
    | looked down and walked away.
    | was sad and went home.
    | said nothing and sat down far away.
    | wiped away a tear.

    share_alone:
    | {hero.name} ate [one|two|three|four] {food.many}, but [they did not taste so good|it was no fun]
      [alone|without a friend|anymore]. {sad}
    | {hero.name} ate and ate. Soon {hero.his} tummy [hurt|ached|was too full]. {sad}
    | A big [bird|crow|gull|goat] came and [stole|grabbed|ate] almost all of them. Only [one|two|three]
      [was|were] left. {sad}
    | "Why is {friend.name} so sad?" {hero.he} thought. {sad}

    share_sorry:
    | {hero.name} ran after {friend.name}. "I am sorry," {hero.he} said.
      "[Here is one for you|Take as many as you like|Let us share them]." {share_happy}
    | {hero.He} took the best {food.noun} and gave it to {friend.name}. "{sorry_words}," {hero.he}
      {said}. {share_happy}
    | "{friend.name}, come back!" {shouted} {hero.name}. "{sorry_words}." They sat down together.
      {share_happy}

    sorry_words:
    | I was not nice to you
    | Please forgive me
    | I should have shared
    | You are more important than {food.many}

    share_happy:
    | {friend.name} smiled and [took one|said thank you|gave {hero.him} a hug].
    | {friend.name} had {treat:one} and gave half of it to {hero.him}.
    | "It is all right," {friend.name} {said}. They ate the {food.many} and [laughed|talked|sang].
    | This time, the {food.many} tasted [much better|like honey|wonderful].

    share_moral:
    | sharing makes everything taste better.
    | it is more fun to share.
    | a friend is worth more than {food.one}.
    | when we share, nobody is sad.

    broken:
    | {hero.His} {parent.noun} had {look:a} {treasure:noun}. {parent.He} had got it
      [from an old friend|a long time ago|at {place:the}|on a trip|as a present]. ¶
      {when}, {hero.name} was {broken_doing} in the house. {broken_crash} ¶ {broken_hide} ¶
      {broken_ask} ¶ {broken_truth} {learned} {broken_moral} {ending}

    broken_doing:
    | running
    | jumping
    | playing with {shade:a} {toy:noun}
    | dancing
    | throwing a ball
    | chasing a fly

    broken_crash:
    | [Crash|Bang|Bump|Clink]! The {treasure.noun} fell down, and {treasure.pieces}.
    | {hero.He} [bumped|fell|ran] into the table. The {look.word} {treasure.noun} fell on the floor.
      Oh dear, {treasure.pieces}!
    | {hero.He} did not look where {hero.he} was going. Down went the {treasure.noun}, and
      {treasure.pieces}.

    broken_hide:
    | {hero.name} was scared. {hero.He} hid everything
      [under the bed|behind the sofa|in a box|in the closet].
    | "What should I do?" {hero.he} thought. {sad}
    | {hero.He} wanted to [run away|hide|tell a lie|blame the cat], but {hero.his} tummy felt [bad|funny].
    | {hero.name} tried to put it together again, but it [did not work|was too hard|fell apart].

    broken_ask:
    | When {parent.name} came home, {parent.he} asked, "Where is my {treasure.noun}?"
    | Soon {parent.name} came in. "Did you hear a noise, {hero.name}?" {parent.he} asked.
    | At dinner, {parent.name} looked around. "Something is not right," {parent.he} {said}.

    broken_truth:
    | {hero.name} took a deep breath. "I broke it," {hero.he} {said}. "I am {very} sorry." {broken_kind}
    | {hero.name} began to cry. "It was me," {hero.he} {said}. "Please do not be angry." {broken_kind}
    | "I have to tell you something," {hero.name} {said}. "I broke your {treasure.noun}." {broken_kind}

    broken_kind:
    | {parent.name} gave {hero.him} a hug. "Thank you for telling me the truth," {parent.he} said.
      {broken_fix}
    | {parent.name} was quiet for a while. "I am a little sad," {parent.he} said, "but I am glad that
      you told me." {broken_fix}
    | "Things can break," {parent.name} {said}. "The truth is worth much more." {broken_fix}

    broken_fix:
    | Together they [fixed|mended|glued] the {treasure.noun}.
    | They cleaned up together, and then they had [hot milk|tea|cocoa] and {treat_plain}.
    | {hero.name} helped to clean the [floor|room|kitchen] and felt much better.

    treat_plain:
    | {food:many}
    | a story

    broken_moral:
    | it is best to tell the truth.
    | the truth is hard to say, but it makes the heart light.
    | everyone makes mistakes, and a brave {hero.kind} can say so.
    """
}
