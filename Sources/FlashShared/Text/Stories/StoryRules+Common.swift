/// The rules of the embedded corpus, in the notation of `StoryNode`.
enum StoryRules {
  /// How stories begin and end, and what all plots share.
  static let common = """
    story:
    | {opening} ¶ {plot}

    opening:
    4| Once upon a time, there was a {trait:word} {hero={hero.kind} named {hero.name}}. {family}
    2| There once was a {trait:word} {hero={hero.kind} called {hero.name}}. {family}
    2| {hero={hero.name} was a {trait:word} {hero.kind}}. {family}
    1| In a [land|town|village|valley|kingdom] far away, there lived a {trait:word}
       {hero={hero.kind} whose name was {hero.name}}. {family}
    1| Long, long ago, a {trait:word} {hero={hero.kind} named {hero.name}} was born. {family}
    1| This is the story of {hero={hero.name}, a {trait:word} {hero.kind}}. {family}

    family:
    3| {hero.He} lived {home:where} with {hero.his} {parent:noun}. {likes}
    2| {hero.He} and {hero.his} {parent:noun} lived {home:where}. {likes}
    1| {hero.His} {parent:noun} called {hero.him} "my little [star|sunshine|treasure|bean|bird]".
       {likes}
    1| {hero.His} {parent:noun} and {hero.he} did everything together. {likes}

    likes:
    3| {hero.He} loved to {hobby:do}. {more}
    2| {hero.His} favorite thing was {hobby:doing}. {more}
    2| Every [day|morning|afternoon|evening], {hero.he} liked to {hobby:do}. {more}
    1| More than anything, {hero.he} loved {hobby:doing}. {more}
    1| {hero.name} was always happy when {hero.he} could {hobby:do}. {more}
    1| The best days were those when {hero.he} could {hobby:do}. {more}
    1| {hero.He} was never tired of {hobby:doing}. {more}
    1| When {hero.he} was not asleep, {hero.he} would {hobby:do}. {more}

    more:
    3| {hero.He} always wore {tint:a} [cap|coat|scarf|sweater|ribbon|hat|vest|belt].
    2| {hero.His} favorite color was [red|blue|green|yellow|pink|purple|orange|white].
    2| {hero.He} was [three|four|five|six|seven|eight|nine|ten] years old.
    2| At night, {hero.he} dreamed of [castles|ships|dragons|the moon|snow|horses|pirates|flying].
    2| Everybody [liked|knew|loved] {hero.him} because {hero.he} was so [good|fair|honest|warm|loyal|generous|calm|strong].
    1| {hero.He} was sometimes [grumpy|cross|lazy|jealous|naughty|bossy|stubborn|impatient], but never for long.
    1| In {hero.his} [bag|box|pocket|drawer], {hero.he} kept {tint:a} [stone|shell|button|feather].
    1| {hero.He} ate {meal:one} for [breakfast|lunch|dinner] every day.

    plot:
    3| {lost}
    3| {sharing}
    3| {rescue}
    3| {fear}
    2| {warning}
    3| {making}
    2| {lonely}
    2| {broken}
    2| {rain}
    2| {contest}
    2| {night}
    2| {garden}
    2| {birthday}

    when:
    5| One {weather} [morning|afternoon|day|evening]
    2| On a {weather} [Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday]
    2| On a {weather} [morning|afternoon|day] when {nature}
    1| [Early|Late] one {weather} [morning|afternoon]
    1| One day in [spring|summer|autumn|winter|May|June|July|August|September]
    1| The [next|other] [morning|afternoon|day], when {nature}

    nature:
    | the [birds|crickets|frogs] were [singing|loud|happy]
    | the [bees|flies|butterflies] were [humming|dancing|busy]
    | the [wind|air] was [soft|fresh|sweet]
    | the [sky|sea|lake] was [blue|clear|still]
    | the [trees|flowers|fields] were [green|in bloom|full of light]
    | the leaves were [red|yellow|falling]

    weather:
    4| sunny
    3| warm
    2| windy
    2| cool
    2| bright
    1| cloudy
    1| quiet
    1| lovely
    1| chilly
    1| golden
    1| hot
    1| beautiful
    1| fresh
    1| gray
    1| misty
    1| mild

    went:
    3| went
    3| walked
    2| ran
    1| skipped
    1| hurried
    1| strolled
    1| raced
    1| hopped
    1| marched
    1| wandered
    1| danced

    said:
    6| said
    2| whispered
    2| answered
    2| replied
    1| murmured
    1| explained
    1| began
    1| sighed

    shouted:
    3| shouted
    3| cried
    2| called
    2| yelled
    1| gasped
    1| screamed
    1| squeaked
    1| burst out

    very:
    4| very
    3| so
    2| really
    1| quite
    1| truly

    sad:
    4| {hero.name} felt {very} [sad|unhappy|upset|worried|sorry|small|alone|miserable].
    1| Tears ran down {hero.his} [face|cheeks|nose|chin].
    1| {hero.His} eyes filled with tears.
    1| {hero.His} [heart|head] felt as heavy as [a stone|lead|a sack of sand].
    1| {hero.He} sat down and [began to cry|hid {hero.his} face|let out a long sigh|looked at the ground].
    1| {hero.He} did not know what to [do|say|think].
    1| The whole world looked [gray|dark|cold] to {hero.him}.
    1| "[Oh dear|Oh my|Not again|This is bad]," {hero.he} {said}.

    glad:
    4| {hero.name} was {very} [happy|glad|proud|excited|pleased|thankful|cheerful|merry].
    1| {hero.name} [laughed|giggled|cheered] and {hero.his} eyes were shining.
    1| {hero.name} could not stop [smiling|laughing|singing|dancing].
    1| A big smile came over {hero.his} face.
    1| {hero.He} [danced around|jumped for joy|sang a happy song|clapped and clapped|turned in a circle].
    1| "[Hooray|Hurrah|Yay|Wonderful]!" {shouted} {hero.name}.
    1| It was as if the sun had come out in {hero.his} heart.
    1| {hero.His} [face|whole face|heart] was [warm|full of light|glowing].

    idea:
    | Then {hero.he} had [an idea|a good idea|a clever idea|a wonderful thought].
    | {hero.name} thought and thought.
    | {hero.He} took a deep breath and looked around.
    | "There must be a way," {hero.name} {said}.
    | {hero.He} scratched {hero.his} [head|nose|ear|chin].
    | {hero.name} closed {hero.his} eyes for a [moment|second|while].

    meet:
    2| Just then, a {manner:word} {friend={friend.kind} named {friend.name}} came [by|along|over].
    2| Soon {hero.he} met {friend={friend.name}, a {manner:word} {friend.kind}}.
    1| A {manner:word} {friend={friend.kind} called {friend.name}} [was there|sat nearby|came closer].
    2| {hero.His} friend {friend={friend.name}}, a {manner:word} {friend.kind}, saw {hero.him}.
    1| Who was coming there? It was {friend={friend.name}, the {manner:word} {friend.kind}}.
    1| But {hero.he} was not alone. {friend={friend.name}}, a {manner:word} {friend.kind}, was [near|watching|listening].
    1| At that moment, {friend={friend.name}} [passed|came around the corner|looked over the wall]. {friend.He} was a {manner:word} {friend.kind}.

    ask:
    2| "What is wrong?" asked {friend.name}.
    2| "Why are you so sad?" {friend.name} asked.
    1| "What happened, {hero.name}?" {friend.he} [asked|said].
    1| "Can I help you?" asked {friend.name}.
    1| "Are you [all right|hurt|lost|tired]?" {friend.he} asked.
    1| {friend.name} sat down next to {hero.him}. "Tell me about it," {friend.he} [said|whispered].
    1| "You do not look [happy|well|like yourself] today," {said} {friend.name}.
    1| "Hey, what is the matter?" {friend.he} {shouted}.

    learned:
    3| {hero.name} learned that
    2| And so {hero.name} learned that
    1| Now {hero.he} knew that
    1| {hero.He} never forgot that
    1| Since then, {hero.he} has known that
    1| It was a good day to learn that
    1| "I will remember," {hero.he} thought. It is true that
    1| {parent.name} told {hero.him} that
    1| If you ask {hero.him} today, {hero.he} will tell you that

    ending:
    2| That night, {hero.he} fell asleep with a [big|happy|warm|little|sleepy] smile.
    2| From that day on, they were [the best of friends|always kind to each other|never far apart].
    1| And they all lived happily ever after.
    1| The end.
    1| {hero.name} told {hero.his} {parent.noun} all about it at [dinner|supper|breakfast|bedtime].
    1| {hero.His} {parent.noun} was {very} proud of the {trait.word} {hero.kind}.
    1| Then it was time to [go home|eat|rest|go to bed], and the [sun|moon|stars]
       [smiled|shone|looked] down on them.
    1| The next day, {hero.he} went out to {hobby.do} again.
    1| What a [day|story|surprise] for a {trait.word} {hero.kind}!
    1| {hero.He} still [thinks|tells|dreams] of it when {hero.he} can not sleep.
    1| At home, {parent.name} made [soup|pancakes|tea|popcorn|a big cake] for everyone.
    1| And if nobody has stopped them, they are still [playing|laughing|dancing|singing] today.
    """
}
