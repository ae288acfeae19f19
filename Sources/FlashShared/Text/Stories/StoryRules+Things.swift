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
    1| At night, the {toy.noun} lay next to {hero.his} bed.
    1| Nobody else in the whole [street|town|school|family] had one like it.
    1| {hero.name} had even given it a name: [Bobo|Momo|Captain|Sunny|Lulu|Zigzag|Button|Pepper].
    1| When {hero.he} was sad, {hero.he} would {toy.play}.

    lost_playing:
    | {hero.He} saw {place.sight} and forgot all about the {toy.noun}.
    | {hero.He} put it down for a moment and went to look at {place.sight}.
    | There was so much to see: {place.sight}, and much more.
    | {hero.name} wanted to {toy.play}, but first {hero.he} watched {place.sight}.
    | It was [fun|nice|wonderful] there, and {hero.he} played until {hero.he} was tired.
    | Everything was [loud|bright|new] there. {hero.He} ran after {shade:a}
      [butterfly|balloon|leaf|bird].
    | {hero.He} climbed up high to see {place.sight} better.
    | There was [music|a parade|a clown|a puppet show], and {hero.he} stayed for a long time.
    | {hero.name} ate {food:one} and looked at {place.sight}.

    lost_gone:
    2| [After a while|A little later|When the sun went down|When it was time to go home],
       {hero.name} looked for the {toy.noun}. It was [gone|not there|nowhere to be seen]!
    1| "Oh no!" {shouted} {hero.name}. "Where is my {look.word} {toy.noun}?"
    1| Suddenly, {hero.he} stopped. The {look.word} {toy.noun} was [gone|missing|not there anymore].
    1| Then {hero.he} turned around, and the {toy.noun} was [gone|missing|not there anymore]!
    1| Back home, {hero.he} opened {hero.his} bag. There was no {toy.noun} in it!
    1| "Did you see my {toy.noun}?" {hero.name} asked [a man|an old lady|everyone]. Nobody had seen
       it.

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
    | a torn glove
    | a green caterpillar
    | a paper bag
    | a shiny coin
    | some muddy water
    | a grumpy toad
    | a bent spoon
    | a pair of glasses

    there_it_is:
    | There it was!
    | And there was the {toy.noun}, [safe and sound|a little dirty|wet but whole]!
    | "I see it!" {hero.he} {shouted}. It was the {look.word} {toy.noun}!
    | Something {look.word} was shining there. It was the {toy.noun}!
    | "Hooray!" {hero.he} {shouted}. The {toy.noun} had been there all the time.
    | First they saw something {look.word}, and then the whole {toy.noun}.
    | A [mouse|beetle|sparrow|snail] was sitting on the {toy.noun}!

    lost_thanks:
    | {glad} "Thank you, {friend.name}!" {hero.he} {said}.
    | {hero.name} hugged the {toy.noun} and then {hero.he} hugged {friend.name}. {glad}
    | "You are a good friend," {hero.name} told {friend.name}. Then they took turns with the
      {toy.noun}.
    | {hero.name} was so glad that {hero.he} let {friend.name} {toy.play}.
    | {glad} They danced around the {toy.noun} together.
    | "How can I thank you?" {hero.he} asked. "[Play with me|Be my friend|Come again tomorrow],"
      {said} {friend.name}.

    lost_moral:
    | it is good to ask for help.
    | a friend can make a hard thing easy.
    | we should take care of the things we love.
    | two can find what one cannot.
    | it is easier to look for something together.
    | those who help others are never lost.
    | things can be found again, but good friends are rare.

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
    | {hero.He} had picked the best ones {place.at}.
    | The smell made everyone [hungry|happy|look up].
    | {hero.name} hid them under {shade:a} [cloth|napkin|towel].
    | "Yum," {hero.he} thought, "{food.many} are my favorite food."

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
    | "Maybe tomorrow," {hero.name} {said}, and ate faster. {friend.name} {share_leaves}
    | {hero.name} acted as if {hero.he} had not heard. {friend.name} {share_leaves}
    | "But then I will have less," {hero.name} {said}. {friend.name} {share_leaves}

    share_leaves:
    | looked down and walked away.
    | was sad and went home.
    | said nothing and sat down far away.
    | wiped away a tear.
    | turned red and ran off.
    | nodded slowly and left.
    | kicked a stone and went away.
    | sat under a tree and looked at the ground.

    share_alone:
    | {hero.name} ate [one|two|three|four] {food.many}, but [they did not taste so good|it was no fun]
      [alone|without a friend|anymore]. {sad}
    | {hero.name} ate and ate. Soon {hero.his} tummy [hurt|ached|was too full]. {sad}
    | A big [bird|crow|gull|goat] came and [stole|grabbed|ate] almost all of them. Only [one|two|three]
      [was|were] left. {sad}
    | "Why is {friend.name} so sad?" {hero.he} thought. {sad}
    | The {food.many} were all gone, and it was very quiet. {sad}
    | {hero.name} wanted to tell somebody a joke, but nobody was there. {sad}

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
    | I only thought of myself
    | I want to make it right
    | That was unkind of me
    | There is enough for both of us

    share_happy:
    | {friend.name} smiled and [took one|said thank you|gave {hero.him} a hug].
    | {friend.name} had {treat:one} and gave half of it to {hero.him}.
    | "It is all right," {friend.name} {said}. They ate the {food.many} and [laughed|talked|sang].
    | This time, the {food.many} tasted [much better|like honey|wonderful].
    | {friend.name} ate {food.one} in one bite, and both of them laughed.
    | They counted: one for you, one for me, until the {food.many} were gone.
    | Then {friend.name} told a story about {treat:one} that could talk.

    share_moral:
    | sharing makes everything taste better.
    | it is more fun to share.
    | a friend is worth more than {food.one}.
    | when we share, nobody is sad.
    | half of something good is better than all of it alone.
    | sharing turns one joy into two.
    | {food.many} taste best with a friend.

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
    | playing hide and seek
    | turning in circles
    | riding on a broom
    | bouncing on the sofa
    | marching like a soldier
    | hopping like a frog

    broken_crash:
    | [Crash|Bang|Bump|Clink]! The {treasure.noun} fell down, and {treasure.pieces}.
    | {hero.He} [bumped|fell|ran] into the table. The {look.word} {treasure.noun} fell on the floor.
      Oh dear, {treasure.pieces}!
    | {hero.He} did not look where {hero.he} was going. Down went the {treasure.noun}, and
      {treasure.pieces}.
    | The table shook, the {treasure.noun} rolled, and then it fell. Oh no, {treasure.pieces}!
    | There was a terrible noise. It was the {look.word} {treasure.noun}, and {treasure.pieces}.
    | {hero.His} [elbow|foot|bag|shoulder] hit the {treasure.noun}, and {treasure.pieces}.

    broken_hide:
    | {hero.name} was scared. {hero.He} hid everything
      [under the bed|behind the sofa|in a box|in the closet].
    | "What should I do?" {hero.he} thought. {sad}
    | {hero.He} wanted to [run away|hide|tell a lie|blame the cat], but {hero.his} tummy felt [bad|funny].
    | {hero.name} tried to put it together again, but it [did not work|was too hard|fell apart].
    | The house was very quiet. {hero.name} could hear {hero.his} own heart.
    | "Nobody saw it," {hero.he} {said}, but that did not make it better.
    | {hero.He} put {shade:a} [pillow|blanket|coat] over it and [waited|sat on the stairs|went to
      bed early].

    broken_ask:
    | When {parent.name} came home, {parent.he} asked, "Where is my {treasure.noun}?"
    | Soon {parent.name} came in. "Did you hear a noise, {hero.name}?" {parent.he} asked.
    | At dinner, {parent.name} looked around. "Something is not right," {parent.he} {said}.
    | {parent.name} wanted to [dust|clean|look at] the {treasure.noun}. "Where can it be?"
      {parent.he} asked.
    | "Why are you so quiet?" {parent.name} asked in the evening.

    broken_truth:
    | {hero.name} took a deep breath. "I broke it," {hero.he} {said}. "I am {very} sorry." {broken_kind}
    | {hero.name} began to cry. "It was me," {hero.he} {said}. "Please do not be angry." {broken_kind}
    | "I have to tell you something," {hero.name} {said}. "I broke your {treasure.noun}." {broken_kind}
    | {hero.name} took {parent.name} to the place and showed everything. "I am sorry," {hero.he}
      {said}. {broken_kind}
    | At first, {hero.name} said nothing. Then {hero.he} {said}, "I was careless, and it broke."
      {broken_kind}

    broken_kind:
    | {parent.name} gave {hero.him} a hug. "Thank you for telling me the truth," {parent.he} said.
      {broken_fix}
    | {parent.name} was quiet for a while. "I am a little sad," {parent.he} said, "but I am glad that
      you told me." {broken_fix}
    | "Things can break," {parent.name} {said}. "The truth is worth much more." {broken_fix}
    | {parent.name} sat down and took a long breath. "It takes courage to say that," {parent.he}
      said. {broken_fix}
    | "Are you hurt?" asked {parent.name}. "No? Then all is well." {broken_fix}

    broken_fix:
    | Together they [fixed|mended|glued] the {treasure.noun}.
    | They cleaned up together, and then they had [hot milk|tea|cocoa] and {treat_plain}.
    | {hero.name} helped to clean the [floor|room|kitchen] and felt much better.
    | Later they went out and found a new {treasure.noun} that was even nicer.
    | {hero.name} saved {hero.his} money for [a week|a month|a long time] and bought a new one.
    | From the pieces they made a colorful [picture|star|mobile].

    treat_plain:
    | {food:many}
    | a story

    broken_moral:
    | it is best to tell the truth.
    | the truth is hard to say, but it makes the heart light.
    | everyone makes mistakes, and a brave {hero.kind} can say so.
    | a lie is heavy, and the truth is light.
    | saying sorry is the first step to making things good.
    | people who love us forgive us.
    """
}
