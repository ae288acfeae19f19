extension StoryRules {
  /// Plots about a day at home or outside: warnings, work, weather, waiting, parties and nights.
  static let days = """
    warning:
    | "{hero.name}, please do not {danger:do}," {hero.his} {parent.noun} said {when_said}. {warning_why} ¶
      {warning_wish} ¶ {warning_deed} ¶ {warning_end} {learned} {warning_moral} {ending}

    when_said:
    | at breakfast
    | every day
    | before {parent.he} went out
    | again and again
    | one {weather} [morning|afternoon|day]

    warning_why:
    | "It is not safe."
    | "You could get hurt."
    | "Listen to me this time."
    | "[Play with your toys|Go and {hobby.do}|Read a book] instead."

    warning_wish:
    | But {hero.name} was {very} [bored|curious]. "Why not?" {hero.he} thought.
    | {hero.name} [nodded|promised|said yes]. But soon {hero.he} forgot.
    | When nobody was looking, {hero.he} [crept|tiptoed|sneaked] away.
    | {meet} "I dare you!" {friend.name} {said}.

    warning_deed:
    | {hero.name} {danger.did}. {danger.result} {warning_cry}
    | {hero.He} waited a moment. Then {hero.he} {danger.did}. {danger.result} {warning_cry}
    | "Only this once," {hero.he} {said} and {danger.did}. {danger.result} {warning_cry}

    warning_cry:
    | "[Help|Ouch|Oh no]!" {shouted} {hero.name}.
    | {sad}
    | {hero.name} did not know what to do.

    warning_end:
    | {parent.name} [came running|heard the noise|rushed over] and made everything [right|good] again.
      "I am sorry," {hero.he} {said}. "{parent_words}," {parent.he} {said}.
    | {hero.name} told {parent.name} what had happened. {parent.He} was not angry.
      "{parent_words}," {parent.he} {said}.
    | It took [all day|a long time|two hours] to clean up. {parent.name} helped. "{parent_words},"
      {parent.he} {said}.

    parent_words:
    | Now you know why I told you
    | I only want you to be safe
    | Next time, please listen
    | I am glad that you are all right

    warning_moral:
    | it is wise to listen.
    | a warning is a kind of love.
    | some rules keep us safe.
    | being curious is good, but being careful is better.

    making:
    | {when}, {hero.name} wanted to make {project:a}. {making_why} ¶ {making_first} ¶ {making_advice} ¶
      {making_again} {glad} {learned} {making_moral} {ending}

    making_why:
    | {hero.He} had seen one {place:at}.
    | It was a present for {hero.his} {parent.noun}.
    | "It will be the best {project.noun} in the world," {hero.he} said.
    | {hero.He} had dreamed of one all night.

    making_first:
    | {hero.He} found {project.from} and went to work. But {project.fail}. {making_upset}
    | {hero.He} worked {very} fast. {hero.He} used {project.from}, but {project.fail}. {making_upset}
    | With {project.from}, {hero.he} made a {look:word} {project.noun}. But oh, {project.fail}!
      {making_upset}

    making_upset:
    | {sad}
    | "I give up!" {shouted} {hero.name}.
    | {hero.name} [stamped {hero.his} foot|threw everything down|went to bed without a word].

    making_advice:
    | {meet} "Why did you stop?" {friend.he} asked. "It is too hard," {said} {hero.name}.
      "{advice}," said {friend.name}.
    | {hero.His} {parent.noun} saw it. "{advice}," {parent.he} {said} and gave {hero.him} {food:one}.

    advice:
    | Try again, but slowly
    | Nobody can do it the first time
    | Look at what went wrong, and change it
    | I also had to try three times
    | Let us do it together

    making_again:
    | So {hero.name} started again. This time, {hero.he} [worked slowly|took {hero.his} time|was careful].
      {project.good}
    | They took new {project.from} and tried [once more|a second time|again]. {project.good}
    | {hero.He} tried [two|three|four|five] more times. At last the {project.noun} was ready. {project.good}

    making_moral:
    | it is good to try again.
    | mistakes help us to learn.
    | good work takes time.
    | a little patience can do big things.

    lonely:
    | But {hero.name} had nobody to play with. {lonely_how} ¶ {lonely_new} {lonely_shy} ¶ {lonely_try} ¶
      {lonely_play} {glad} {learned} {lonely_moral} {ending}

    lonely_how:
    | {hero.He} played alone {place:at} and watched {place.sight}.
    | "I wish I had a friend," {hero.he} told the [moon|cat|wind|teddy bear].
    | All the others were [too big|too old|always busy|far away].
    | The days were [long|quiet|slow].

    lonely_new:
    | {when}, a {manner:word} {friend={friend.kind} named {friend.name}} moved into the house next door.
    | {when}, {hero.he} saw somebody new. It was {friend={friend.name}, a {manner:word} {friend.kind}}.
    | {when}, {hero.his} {parent.noun} said, "Meet {friend={friend.name}}." {friend.name} was a
      {manner:word} {friend.kind}.

    lonely_shy:
    | But {friend.name} was shy and [looked at the ground|hid behind a tree|did not say a word].
    | {friend.name} had {shade:a} {toy:noun} and played alone.
    | {friend.name} looked sad and [far from home|tired|a little lost].
    | Both of them were too shy to speak.

    lonely_try:
    | {hero.name} took {food:one} and put it [down between them|on the fence|on a stone]. {lonely_word}
    | {hero.name} made a funny face, and {friend.name} [smiled|laughed|giggled]. {lonely_word}
    | "Hello, I am {hero.name}," {said} {hero.name}. {lonely_word}
    | {hero.name} picked [a flower|a daisy|some berries|a red leaf] and gave it to {friend.him}.
      {lonely_word}

    lonely_word:
    | "Do you like {pastime:doing}?" asked {friend.name}. "I do!" {said} {hero.name}.
    | "Will you play with me?" {friend.he} asked in a small voice.
    | "Thank you," {said} {friend.name}. "I have no friends here yet."

    lonely_play:
    | They played [all day|until dark|until lunch] and [shared everything|told each other secrets|never got tired].
    | {hero.name} showed {friend.name} how to {hobby.do}.
    | They made a secret [house|place|path] of [leaves|boxes|branches|blankets].

    lonely_moral:
    | a friend may be closer than we think.
    | one kind word can start a friendship.
    | somebody has to say hello first.
    | a shy heart can be a warm heart.

    rain:
    | {when}, {hero.name} and {hero.his} friend {friend={friend.name}} wanted to go to {place:the}.
      {rain_pack} ¶ {rain_starts} ¶ {rain_idea} ¶ {rain_fun} {learned} {rain_moral} {ending}

    rain_pack:
    | They packed [some|two|three|many] {food:many} and {shade:a} blanket.
    | They wanted to see {place.sight}.
    | {friend.name} was a {manner:word} {friend.kind} and had waited for this day [all week|for a long time].
    | They had [made a plan|told everybody|talked about it all night].

    rain_starts:
    | But then big dark clouds came, and it began to [rain|pour|snow]. {rain_sad}
    | Drip, drop! It was raining, and it [did not stop|got worse and worse]. {rain_sad}
    | Suddenly, there was a loud thunder. {parent.name} said, "You can not go out now." {rain_sad}

    rain_sad:
    | {sad}
    | "Our day is ruined," {said} {friend.name}.
    | They sat at the window and [looked out|counted the drops|did not talk].

    rain_idea:
    | {idea} "Let us {rain_game}," {hero.he} {said}.
    | "We can still have fun," {said} {friend.name}. "Let us {rain_game}!"
    | {parent.name} came in with {treat_warm}. "Why don't you {rain_game}?" {parent.he} asked.

    treat_warm:
    | hot cocoa
    | warm milk
    | soup
    | a big box

    rain_game:
    | have a picnic on the floor
    | build a tent with blankets
    | dance in the rain
    | sail paper boats in the puddles
    | play that the sofa is a ship
    | put on a show
    | {pastime:do}

    rain_fun:
    | They [laughed|sang|played] until the sun came out. And look, there was a rainbow!
    | It was [the best day|more fun than {place.the}|a wonderful day]. {glad}
    | Soon they forgot the rain. {glad}

    rain_moral:
    | a good mood is better than good weather.
    | a change of plans can be a gift.
    | we can make our own sunshine.

    night:
    | One night, {hero.name} could not sleep. {night_why} ¶ "{noise:sound}" {night_fear} ¶ {night_more} ¶
      {night_look} ¶ {night_end} {learned} {night_moral} {ending}

    night_why:
    | The moon was [round|bright|full], and the house was quiet.
    | {parent.name} had read {hero.him} a story about a [dragon|giant|ghost|witch].
    | The bed was [too warm|too cold|too soft].
    | {hero.He} had eaten too many {food:many}.

    night_fear:
    | What was that? {hero.name} [sat up|held {hero.his} breath|pulled up the blanket].
    | {hero.name} heard it quite clearly. "Is it a [monster|robber|ghost|dragon]?" {hero.he} thought.
    | There it was again. {hero.His} heart [beat fast|jumped|stood still].

    night_more:
    | {hero.He} took {shade:a} {toy:noun} and [tiptoed|crept|walked] to the door. "{noise.sound}"
    | {hero.He} woke up {hero.his} {parent.noun}. "Do you hear it too?" {hero.he} asked. "{noise.sound}"
    | {hero.He} lit a [lamp|candle] and listened. "{noise.sound}"

    night_look:
    | Slowly, {hero.name} looked. It was only {noise.cause}!
    | {hero.name} was brave and went to see. And what did {hero.he} find? It was {noise.cause}!
    | "Who is there?" {hero.he} asked. Nobody answered. Then {hero.he} saw {noise.cause}.

    night_end:
    | {hero.name} laughed [out loud|and laughed|until {hero.his} tummy hurt] and went back to bed.
    | "So that was the monster," {said} {parent.name}, and they both [laughed|smiled].
    | {glad} Soon {hero.he} was [fast asleep|dreaming|snoring].

    night_moral:
    | most scary things are small when you look at them.
    | it helps to turn on the light and look.
    | the night is full of friendly sounds.

    garden:
    | {when}, {hero.his} {parent.noun} gave {hero.name} a seed. "This will be {plant:a}," {parent.he} said.
      {garden_plant} ¶ {garden_wait} ¶ {garden_talk} ¶ {garden_grow} {glad} {learned} {garden_moral}
      {ending}

    garden_plant:
    | {hero.name} dug a hole [behind the house|next to the fence|under the window] and put the seed in.
    | {hero.name} put it in {look:a} pot and gave it some water.
    | Together they put it into the [soft|dark|warm] earth.

    garden_wait:
    | The next [day|morning], {hero.he} looked. There was nothing! {garden_upset}
    | [One day|Two days|Three days|A week] went by, and nothing happened. {garden_upset}
    | Every [hour|morning|evening], {hero.he} ran outside to look, but there was only earth.
      {garden_upset}

    garden_upset:
    | {sad}
    | "It does not work!" {hero.he} {shouted}.
    | {hero.He} wanted to dig it up again.

    garden_talk:
    | {meet} "You must wait," {friend.name} {said}. "{garden_words}."
    | "{garden_words}," {said} {parent.name}. "Give it [water|time|sun] and love."

    garden_words:
    | A seed needs time to wake up
    | Big things start small
    | It is growing where you can not see it
    | Plants are never in a hurry

    garden_grow:
    | So {hero.he} waited and gave it water every day. At last, a green leaf came out! In the summer,
      the {plant.noun} was {plant.grown}.
    | So {hero.name} sang to it and waited. [One|Two|Three|Four] weeks later, there was a tiny green tip.
      It grew and grew until the {plant.noun} was {plant.grown}.
    | So {hero.he} learned to wait. It rained, the sun shone, and one morning the {plant.noun} was there,
      {plant.grown}.

    garden_moral:
    | good things take time.
    | it is good to be patient.
    | we must care for small things every day.

    birthday:
    | Soon it would be the birthday of {hero.his} friend {friend={friend.name}}, a {manner:word}
      {friend.kind}. {birthday_problem} ¶ {birthday_plan} ¶ {birthday_party} ¶ {birthday_open} {learned}
      {birthday_moral} {ending}

    birthday_problem:
    | But {hero.name} had no money for a present. {sad}
    | {hero.name} wanted to buy {look:a} {toy:noun}, but it cost too much. {sad}
    | "What can I give {friend.him}?" {hero.name} asked {hero.his} {parent.noun}.
      "Something from your heart," {parent.he} said.

    birthday_plan:
    | {idea} "I will make {gift:a}!" {hero.he} {said}. {hero.He} {gift.made}.
    | {hero.name} sat down and [worked all day|worked until dark|tried many things]. In the end it was
      {gift:a}. {hero.He} {gift.made}.
    | In the night, {hero.he} dreamed of {gift:a}. In the morning, {hero.he} went to work and {gift.made}.

    birthday_party:
    | At the party, there were [balloons|candles|lights] and {food:many}. {third={third.name}} gave
      {friend.name} {shade:a} [bike|watch|dress|game]. "My gift is so small," {hero.name} thought.
    | Everybody came to the party with big presents. {hero.name} was {very} [shy|nervous|quiet].
    | On the day, {hero.name} almost did not go. But {parent.name} said, "Go, {friend.he} is waiting for you."

    birthday_open:
    | {friend.name} saw the {gift.noun} and {friend.his} eyes [grew big|filled with tears|lit up].
      "You made this for me?" {friend.he} {said}. "It is the best present of all!" {glad}
    | "Oh, {hero.name}!" {said} {friend.name}. "Nobody has ever made me {gift.a}." {glad}
    | {friend.name} held the {gift.noun} [all day|for a long time|close] and gave {hero.him} a hug. {glad}

    birthday_moral:
    | the best gifts come from the heart.
    | love is worth more than money.
    | a present does not have to be big.
    """
}
