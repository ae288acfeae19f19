extension StoryRules {
  /// Plots about a day at home or outside: a warning, something made, a new friend, a rainy day.
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
    | in a serious voice
    | with a smile
    | at the door

    warning_why:
    | "It is not safe."
    | "You could get hurt."
    | "Listen to me this time."
    | "[Play with your toys|Go and {hobby.do}|Read a book] instead."
    | "I say it because I love you."
    | "Promise me," {parent.he} [said|whispered].
    | "One day you will understand."

    warning_wish:
    | But {hero.name} was {very} [bored|curious]. "Why not?" {hero.he} thought.
    | {hero.name} [nodded|promised|said yes]. But soon {hero.he} forgot.
    | When nobody was looking, {hero.he} [crept|tiptoed|sneaked] away.
    | {meet} "I dare you!" {friend.name} {said}.
    | But the day was [long|boring|quiet], and {hero.name} had nothing to do.
    | {hero.name} tried to think of something else, but it was [hard|no use].
    | "I am big enough," {hero.he} {said} when {hero.he} was alone.

    warning_deed:
    | {hero.name} {danger.did}. {danger.result} {warning_cry}
    | {hero.He} waited a moment. Then {hero.he} {danger.did}. {danger.result} {warning_cry}
    | "Only this once," {hero.he} {said} and {danger.did}. {danger.result} {warning_cry}
    | Step by step, {hero.he} came closer. And then {hero.he} {danger.did}. {danger.result}
      {warning_cry}
    | It was over in a second: {hero.he} {danger.did}. {danger.result} {warning_cry}

    warning_cry:
    | "[Help|Ouch|Oh no]!" {shouted} {hero.name}.
    | {sad}
    | {hero.name} did not know what to do.
    | {hero.name} stood there with an open mouth.
    | "I did not want that!" {shouted} {hero.name}.

    warning_end:
    | {parent.name} [came running|heard the noise|rushed over] and made everything [right|good] again.
      "I am sorry," {hero.he} {said}. "{parent_words}," {parent.he} {said}.
    | {hero.name} told {parent.name} what had happened. {parent.He} was not angry.
      "{parent_words}," {parent.he} {said}.
    | It took [all day|a long time|two hours] to clean up. {parent.name} helped. "{parent_words},"
      {parent.he} {said}.
    | {parent.name} took {hero.name} into {parent.his} arms. "{parent_words}," {parent.he} {said}.
    | They looked at it together, and then they cleaned up. "{parent_words}," {said} {parent.name}.

    parent_words:
    | Now you know why I told you
    | I only want you to be safe
    | Next time, please listen
    | I am glad that you are all right
    | I did that too when I was small
    | Let us forget it and have some {food:many}
    | You are more important than all of it
    | Now we both know better

    warning_moral:
    | it is wise to listen.
    | a warning is a kind of love.
    | some rules keep us safe.
    | being curious is good, but being careful is better.
    | parents see things that children do not see.
    | a promise is there to be kept.
    | it is better to ask first.

    making:
    | {when}, {hero.name} wanted to make {project:a}. {making_why} ¶ {making_first} ¶ {making_advice} ¶
      {making_again} {glad} {learned} {making_moral} {ending}

    making_why:
    | {hero.He} had seen one {place:at}.
    | It was a present for {hero.his} {parent.noun}.
    | "It will be the best {project.noun} in the world," {hero.he} said.
    | {hero.He} had dreamed of one all night.
    | Everybody else had one, only {hero.he} did not.
    | It was a [rainy|long|boring] day, and {hero.he} wanted to do something with {hero.his} hands.
    | {hero.His} {parent.noun} had told {hero.him} how to do it.

    making_first:
    | {hero.He} found {project.from} and went to work. But {project.fail}. {making_upset}
    | {hero.He} worked {very} fast. {hero.He} used {project.from}, but {project.fail}. {making_upset}
    | With {project.from}, {hero.he} made a {look:word} {project.noun}. But oh, {project.fail}!
      {making_upset}
    | "This is easy," {hero.he} thought and took {project.from}. But in the end, {project.fail}.
      {making_upset}
    | {hero.He} got {project.from} and worked [all morning|for hours|until noon]. Then
      {project.fail}. {making_upset}

    making_upset:
    | {sad}
    | "I give up!" {shouted} {hero.name}.
    | {hero.name} [stamped {hero.his} foot|threw everything down|went to bed without a word].
    | {hero.name} did not want to see it anymore.
    | "Everything goes wrong today," {said} {hero.name}.
    | {hero.name} looked at it for a long time.

    making_advice:
    | {meet} "Why did you stop?" {friend.he} asked. "It is too hard," {said} {hero.name}.
      "{advice}," said {friend.name}.
    | {hero.His} {parent.noun} saw it. "{advice}," {parent.he} {said} and gave {hero.him} {food:one}.
    | "It is ruined," {hero.name} told {hero.his} {parent.noun}. "{advice}," {parent.he} {said}.
    | A bird sang outside, and {hero.name} remembered what {hero.his} {parent.noun} always said:
      "{advice}."

    advice:
    | Try again, but slowly
    | Nobody can do it the first time
    | Look at what went wrong, and change it
    | I also had to try three times
    | Let us do it together
    | Take a rest, and then begin again
    | A wise person asks how it is done
    | Use your head first and your hands after that
    | Every master was a beginner once
    | Measure twice before you start

    making_again:
    | So {hero.name} started again. This time, {hero.he} [worked slowly|took {hero.his} time|was careful].
      {project.good}
    | They took new {project.from} and tried [once more|a second time|again]. {project.good}
    | {hero.He} tried [two|three|four|five] more times. At last the {project.noun} was ready. {project.good}
    | After [lunch|a nap|a long walk], {hero.name} began again from the start. {project.good}
    | With new {project.from} and a lot of patience, it worked. {project.good}
    | This time, {hero.he} did one thing after the other and sang while {hero.he} worked.
      {project.good}

    making_moral:
    | it is good to try again.
    | mistakes help us to learn.
    | good work takes time.
    | a little patience can do big things.
    | giving up is the only way to fail.
    | practice makes everything better.
    | the second try is often the best one.

    lonely:
    | But {hero.name} had nobody to play with. {lonely_how} ¶ {lonely_new} {lonely_shy} ¶ {lonely_try} ¶
      {lonely_play} {glad} {learned} {lonely_moral} {ending}

    lonely_how:
    | {hero.He} played alone {place:at} and watched {place.sight}.
    | "I wish I had a friend," {hero.he} told the [moon|cat|wind|teddy bear].
    | All the others were [too big|too old|always busy|far away].
    | The days were [long|quiet|slow].
    | {hero.He} talked to the [trees|ducks|stones|stars], but they did not answer.
    | In the evening, {hero.he} looked out of the window and [sighed|waited|dreamed].

    lonely_new:
    | {when}, a {manner:word} {friend={friend.kind} named {friend.name}} moved into the house next door.
    | {when}, {hero.he} saw somebody new. It was {friend={friend.name}, a {manner:word} {friend.kind}}.
    | {when}, {hero.his} {parent.noun} said, "Meet {friend={friend.name}}." {friend.name} was a
      {manner:word} {friend.kind}.
    | {when}, somebody sat on {hero.his} favorite bench. It was {friend={friend.name}, a
      {manner:word} {friend.kind}}.
    | {when}, a {manner:word} {friend={friend.kind} called {friend.name}} came {place:at}.

    lonely_shy:
    | But {friend.name} was shy and [looked at the ground|hid behind a tree|did not say a word].
    | {friend.name} had {shade:a} {toy:noun} and played alone.
    | {friend.name} looked sad and [far from home|tired|a little lost].
    | Both of them were too shy to speak.
    | {friend.name} was eating {meal:one} all alone.
    | {friend.name} had a book and did not look up.
    | {friend.name} was drawing something in the sand.

    lonely_try:
    | {hero.name} took {food:one} and put it [down between them|on the fence|on a stone]. {lonely_word}
    | {hero.name} made a funny face, and {friend.name} [smiled|laughed|giggled]. {lonely_word}
    | "Hello, I am {hero.name}," {said} {hero.name}. {lonely_word}
    | {hero.name} picked [a flower|a daisy|some berries|a red leaf] and gave it to {friend.him}.
      {lonely_word}
    | {hero.name} counted to three and said, "Hello!" {lonely_word}
    | {hero.name} rolled {hero.his} ball over to {friend.him}. {lonely_word}

    lonely_word:
    | "Do you like {pastime:doing}?" asked {friend.name}. "I do!" {said} {hero.name}.
    | "Will you play with me?" {friend.he} asked in a small voice.
    | "Thank you," {said} {friend.name}. "I have no friends here yet."
    | "I was hoping that you would come over," {said} {friend.name}.
    | {friend.name} smiled for the first time that day.
    | "My name is {friend.name}," {friend.he} said. "What is yours?"

    lonely_play:
    | They played [all day|until dark|until lunch] and [shared everything|told each other secrets|never got tired].
    | {hero.name} showed {friend.name} how to {hobby.do}.
    | They made a secret [house|place|path] of [leaves|boxes|branches|blankets].
    | They found out that they both loved {hobby.doing}.
    | They built a [ship|castle|tent|rocket] from [boxes|chairs|sheets] and sailed away.
    | They laughed so much that they [fell over|got hiccups|forgot the time].

    lonely_moral:
    | a friend may be closer than we think.
    | one kind word can start a friendship.
    | somebody has to say hello first.
    | a shy heart can be a warm heart.
    | nobody has to stay alone.
    | a smile is the shortest way to a friend.
    | making a friend takes a little courage.

    rain:
    | {when}, {hero.name} and {hero.his} friend {friend={friend.name}} wanted to go to {place:the}.
      {rain_pack} ¶ {rain_starts} ¶ {rain_idea} ¶ {rain_fun} {learned} {rain_moral} {ending}

    rain_pack:
    | They packed [some|two|three|many] {food:many} and {shade:a} blanket.
    | They wanted to see {place.sight}.
    | {friend.name} was a {manner:word} {friend.kind} and had waited for this day [all week|for a long time].
    | They had [made a plan|told everybody|talked about it all night].
    | {hero.name} took along {shade:a} bag and some [lemonade|tea|water].
    | They were so [happy|excited] that they [sang|skipped|whistled] on the way to the door.

    rain_starts:
    | But then big dark clouds came, and it began to [rain|pour|snow]. {rain_sad}
    | Drip, drop! It was raining, and it [did not stop|got worse and worse]. {rain_sad}
    | Suddenly, there was a loud thunder. {parent.name} said, "You can not go out now." {rain_sad}
    | In the morning, the sky was black. Soon it was [raining|hailing|storming]. {rain_sad}
    | They had just put on their shoes when the first drops fell. {rain_sad}

    rain_sad:
    | {sad}
    | "Our day is ruined," {said} {friend.name}.
    | They sat at the window and [looked out|counted the drops|did not talk].
    | "It is not fair!" {shouted} {hero.name}.
    | {friend.name} almost began to cry.
    | Even the [cat|dog|flowers] looked sad.

    rain_idea:
    | {idea} "Let us {rain_game}," {hero.he} {said}.
    | "We can still have fun," {said} {friend.name}. "Let us {rain_game}!"
    | {parent.name} came in with {treat_warm}. "Why don't you {rain_game}?" {parent.he} asked.
    | Suddenly, {friend.name} laughed. "Let us {rain_game}," {friend.he} {said}.
    | {hero.name} looked around the room. "We could {rain_game}," {hero.he} {said}.

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
    | make a train of chairs
    | be pirates in the attic
    | bake something sweet
    | tell each other ghost stories
    | paint the biggest picture in the world
    | have a concert with pots and spoons

    rain_fun:
    | They [laughed|sang|played] until the sun came out. And look, there was a rainbow!
    | It was [the best day|more fun than {place.the}|a wonderful day]. {glad}
    | Soon they forgot the rain. {glad}
    | When the rain was over, they did not even want to go out. {glad}
    | {parent.name} joined them, and the house was full of [noise|laughter|music]. {glad}

    rain_moral:
    | a good mood is better than good weather.
    | a change of plans can be a gift.
    | we can make our own sunshine.
    | fun can be found everywhere.
    | with a friend, every day is a good day.
    | it is no use to be angry at the weather.
    """
}
