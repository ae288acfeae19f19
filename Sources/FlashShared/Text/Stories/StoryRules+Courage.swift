extension StoryRules {
  /// Plots in which somebody is helped or dares something.
  static let courage = """
    rescue:
    | {when}, {hero.name} {went} to {place:the}. {rescue_sight} ¶ {rescue_hear} {rescue_stuck} ¶
      {rescue_try} ¶ {rescue_help} ¶ {rescue_free} {learned} {rescue_moral} {ending}

    rescue_sight:
    | {hero.He} wanted to see {place.sight}.
    | {hero.He} was looking for [flowers|shells|berries|stones|a shady spot].
    | {hero.He} had {food:one} in {hero.his} bag.
    | The air smelled of [grass|rain|flowers|bread|summer].
    | {hero.He} was humming a [little|happy|funny|new] song.
    | {hero.He} was on {hero.his} way to a friend.
    | It had rained, and everything was [shiny|wet|green].
    | {hero.He} wanted to {hobby.do} there.

    rescue_hear:
    | Suddenly, {hero.he} heard a sound. "{animal:call}" It was a [little|small|baby|tiny] {animal.noun}.
    | "{animal:call}" What was that? {hero.name} looked around and saw a [little|small|baby|tiny]
      {animal.noun}.
    | There was a [little|small|baby|tiny] {animal:noun}. "{animal.call}" it [cried|called] again and again.
    | Something moved. It was a [little|small|baby|tiny] {animal:noun}. "{animal.call}" it
      [cried|called] sadly.
    | Then {hero.he} stopped and listened. "{animal:call}" came from [the left|the right|below|far
      away]. It was a [little|small|baby|tiny] {animal.noun}.

    rescue_stuck:
    | It was stuck [in a deep hole|under a fallen branch|in a muddy ditch|behind an iron gate].
    | It could not get [down from a high wall|out of a net|out of a big box|off a rock in the water].
    | Its leg was caught [between two stones|in a fence|in some string|under a root].
    | It had lost its [mother|way|home] and was [too tired to walk|shaking with cold|hiding in a
      corner].
    | It had fallen into [a bucket|a barrel|a deep basket] and could not climb out.
    | A [branch|stone|board] lay on its [tail|foot|back].

    rescue_try:
    | "Do not be afraid," {hero.name} {said}. "I will help you." {hero.He} pulled and pulled, but
      {rescue_weak}.
    | {hero.name} [reached|bent|leaned] down as far as {hero.he} could, but {rescue_weak}. {idea}
    | "Poor little {animal.noun}!" {said} {hero.name}. {hero.He} tried to lift it, but {rescue_weak}.
    | "Stay calm, little one," {said} {hero.name}. {hero.He} tried [once|twice|three times], but
      {rescue_weak}.
    | {hero.name} [pushed|pulled|tugged] with all {hero.his} strength, but {rescue_weak}. {sad}

    rescue_weak:
    | it did not work
    | {hero.he} was too small
    | {hero.he} was not strong enough
    | nothing happened
    | it only got worse
    | the ground was too slippery
    | the {animal.noun} was too afraid
    | {hero.he} could not reach it

    rescue_help:
    | {hero.He} {went} to get {friend={friend.name}, a {manner:word} {friend.kind}}. "Come quickly!"
      {hero.he} {shouted}. {rescue_tool}
    | {meet} "We must help it!" {hero.name} {said}. {rescue_tool}
    | {hero.He} ran home and told {hero.his} {parent.noun}. {parent.name} came at once.
      {rescue_tool_parent}

    rescue_tool:
    | {friend.name} brought a [rope|ladder|long stick|blanket|spade|basket]. {rescue_together}
    | {friend.name} was {very} [strong|clever|careful]. {rescue_together}
    | "I know what to do," {friend.name} said. {rescue_together}
    | {friend.name} thought of [a trick|a clever way|something]. {rescue_together}
    | {friend.name} held {hero.name} tight so that {hero.he} could lean down. {rescue_together}

    rescue_tool_parent:
    | {parent.He} brought a [rope|ladder|long stick|blanket|spade|basket]. {rescue_together}
    | "Good that you called me," {parent.he} said. {rescue_together}

    rescue_together:
    | They worked together, and at last the {animal.noun} was free.
    | "One, two, three!" they {shouted}, and the {animal.noun} was free.
    | Very [slowly|gently|carefully], they got the {animal.noun} out.
    | It took [a long time|an hour|all afternoon], but then the {animal.noun} was safe.
    | They talked to it in a [soft|kind|quiet] voice until it let them help. Then it was free.
    | With a loud [pop|plop|crack], the {animal.noun} came free.
    | They did not give up, and when the sun went down, the {animal.noun} was safe.

    rescue_free:
    | The {animal.noun} {animal.act}. "{animal.call}" it said, and that meant thank you.
    | The {animal.noun} {animal.act} and followed {hero.name} all the way home.
    | {glad} The {animal.noun} {animal.act} and ran to its mother.
    | {hero.name} gave it [some water|a soft bed|something to eat|a gentle pat], and it {animal.act}.
    | The {animal.noun} looked at {hero.name} with big eyes and {animal.act}.
    | From then on, the {animal.noun} {animal.act} each time it saw {hero.name}.
    | The {animal.noun} {animal.act}, and everyone laughed.

    rescue_moral:
    | even a small {hero.kind} can do a big thing.
    | it is good to help those in trouble.
    | kindness always comes back.
    | nobody has to do everything alone.
    | two are stronger than one.
    | it is brave to ask for help.
    | every creature needs a friend sometimes.
    | a kind heart hears what others do not hear.

    fear:
    | But {hero.name} was afraid of {fear:of}. {fear_how} ¶ {fear_day} ¶ {fear_friend} ¶ {fear_steps} ¶
      {fear_done} {learned} {fear_moral} {ending}

    fear_how:
    | {hero.His} [knees|legs|teeth] began to shake when {hero.he} only thought of it.
    | {hero.He} never told anyone, not even {hero.his} {parent.noun}.
    | When the others laughed, {hero.he} hid behind {hero.his} {parent.noun}.
    | "I can't do it," {hero.he} always said.
    | At night, {hero.he} had bad dreams about it.
    | {hero.He} always found a reason to stay away.
    | Even the word made {hero.him} [shiver|nervous|want to hide].
    | {hero.His} {parent.noun} said it would pass, but it did not.

    fear_day:
    | {when}, everybody wanted to {fear.do}. "Come with us!" they {shouted}. {sad}
    | {when}, {hero.his} {parent.noun} said, "Today you could {fear.do}." {hero.name} [shook|froze|turned pale].
    | {when}, {hero.name} had to {fear.do}. There was no other way.
    | {when}, {hero.name} made a wish. {hero.He} wanted to {fear.do}, just once.
    | {when}, there was no way around it: {hero.name} had to {fear.do}.
    | {when}, {hero.name} watched the others. They could all {fear.do}. {sad}

    fear_friend:
    | {meet} "I am afraid," {hero.name} {said}. {fear_words}
    | {hero.His} friend {friend={friend.name}} took {hero.him} aside. "Are you scared?" {friend.he} asked.
      {fear_words}
    | {friend={friend.name}}, a {manner:word} {friend.kind}, stood next to {hero.him}. {fear_words}

    fear_words:
    | "I was scared too, the first time," {friend.name} {said}. "[Hold on to me|Take one small step|Count to ten]."
    | "You are braver than you think," {friend.name} {said}.
      "[We will do it together|I will stay with you|I will go first]."
    | {friend.name} did not laugh. "It is all right to be scared," {friend.he} said.
      "[Close your eyes|Breathe slowly|Think of something nice] and try."
    | "Look at me," said {friend.name}. "I am small too, and I can do it. [Just start|Do not look
      back|Hum a song]!"
    | "What is the worst that can happen?" asked {friend.name}. [Nobody knew|They both thought
      about it|They laughed a little].

    fear_steps:
    | {hero.name} counted: "One, two, three!" And then {hero.he} {fear.did}.
    | {hero.name} took one step, and then [one more|another one|a second one]. {hero.His} heart was
      beating [fast|like a drum]. And then {hero.he} {fear.did}.
    | "I will try," {hero.name} {said}. {hero.He} [closed {hero.his} eyes|breathed slowly|bit {hero.his} lip].
      Before {hero.he} knew it, {hero.he} {fear.did}.
    | At first, {hero.he} [could not move|wanted to run away|turned around]. But then {hero.he} looked at
      {friend.name}, and {hero.he} {fear.did}.
    | {friend.name} gave {hero.him} a [smile|nod|little push]. {hero.name} swallowed hard, and then
      {hero.he} {fear.did}.
    | "For once, I will be brave," {hero.name} {said}. And {hero.he} {fear.did}, all alone.

    fear_done:
    | "I did it!" {shouted} {hero.name}. {glad}
    | It was not [so bad|scary at all|hard at all]! {glad}
    | "Again, again!" {hero.he} {shouted}, and {friend.name} laughed.
    | Everybody [clapped|cheered|smiled]. {glad}
    | {hero.He} wanted to do it again and again. {glad}
    | "That was easy!" {hero.he} {shouted}, and it was almost true.
    | {friend.name} shouted "Hooray!" so loudly that a bird flew away.

    fear_moral:
    | being brave means to try even when you are scared.
    | a good friend makes you strong.
    | the first step is the hardest.
    | many things only look scary from far away.
    | fear gets smaller when you look at it.
    | everyone is afraid of something.
    | courage grows a little every time.

    contest:
    | {when}, there was {contest:a} {place:at}. The winner would get {look:a} {toy:noun}. ¶
      {contest_boast} ¶ {contest_begin} ¶ {contest_turn} ¶ {contest_end} {learned} {contest_moral}
      {ending}

    contest_boast:
    | "I will win," {said} {hero.name}. "I am {contest.best} of all!" {contest_rival}
    | {hero.name} had practiced for [days|weeks|a month|a year]. {hero.He} wanted to be {contest.best}.
      {contest_rival}
    | {hero.name} was not sure. "I can {contest.do} a little," {hero.he} {said}. {contest_rival}
    | Everybody said that {hero.name} was {contest.best}. {contest_rival}
    | {hero.His} {parent.noun} said, "Just have fun." But {hero.name} wanted to win.
      {contest_rival}

    contest_rival:
    | {friend={friend.name}}, a {manner:word} {friend.kind}, [came too|only smiled|wished {hero.him} luck].
    | Next to {hero.him} stood a {manner:word} {friend={friend.kind} named {friend.name}}.
    | There was also {friend={friend.name}}, a {manner:word} {friend.kind}, who had never tried it
      before.
    | "Good luck," said {friend={friend.name}}, a {manner:word} {friend.kind}.

    contest_begin:
    | "Ready, steady, go!" {shouted} {parent.name}. Everybody began to {contest.do}.
    | [A whistle blew|A bell rang|A drum sounded], and they began. {hero.name} could {contest.do}
      {very} well.
    | Many people [came to watch|sat in the grass|waved flags]. {hero.name} was the first to {contest.do}.
    | It was [hot|cold|windy], but that did not matter. {hero.name} began to {contest.do} with all
      {hero.his} might.
    | At first, {hero.name} was [last|in the middle|too slow], but soon {hero.he} was ahead.

    contest_turn:
    | In the middle of it, {hero.name} heard a cry. {friend.name} had [fallen|hurt {friend.his} foot|lost a shoe].
      {contest_stop}
    | Then {hero.he} saw {friend.name}. {friend.He} was [crying|sitting on the ground|very tired].
      {contest_stop}
    | Just before the end, there was a bump. {friend.name} had [tripped|hit {friend.his}
      head|slipped in the mud]. {contest_stop}
    | But where was {friend.name}? {hero.name} turned around. {friend.He} was [far behind|holding
      {friend.his} knee|out of breath]. {contest_stop}

    contest_stop:
    | {hero.name} looked at the {toy.noun}. Then {hero.he} looked at {friend.name}. {hero.He} stopped and
      helped {friend.him}.
    | "The {toy.noun} does not matter," {hero.name} thought, and {hero.he} went back to help {friend.him}.
    | {hero.He} did not think twice. "[Lean on me|Let me help you|We will finish together]," {hero.he} {said}.
    | Winning would be nice, but {friend.name} needed help. {hero.name} [turned back|ran back|went
      to {friend.him}] at once.
    | "Go on without me," {said} {friend.name}. But {hero.name} stayed.

    contest_end:
    | They came last, but everybody [cheered|clapped] for them the most. {glad}
    | {third={third.name} the {third.kind}} won the {look.word} {toy.noun} and let them [play with it too|have a turn].
      {glad}
    | "You did not win," {parent.name} {said}, "but you are a real friend." {glad}
    | The winner was {third={third.name}, a {third.kind}}, but nobody talked about that. {glad}
    | {friend.name} hugged {hero.him}. "You are my hero," {friend.he} {said}. {glad}

    contest_moral:
    | being kind is better than being first.
    | a friend is the best prize of all.
    | winning is not everything.
    | a kind {hero.kind} always wins something.
    | it is good to win, but it is better to help.
    | friends are more important than prizes.
    """
}
