extension StoryRules {
  /// Plots that take patience: a sleepless night, a seed, a birthday.
  static let patience = """
    night:
    | One night, {hero.name} could not sleep. {night_why} ¶ "{noise:sound}" {night_fear} ¶ {night_more} ¶
      {night_look} ¶ {night_end} {learned} {night_moral} {ending}

    night_why:
    | The moon was [round|bright|full], and the house was quiet.
    | {parent.name} had read {hero.him} a story about a [dragon|giant|ghost|witch].
    | The bed was [too warm|too cold|too soft].
    | {hero.He} had eaten too many {food:many}.
    | It was the first night in a new bed.
    | The next day was [a holiday|the first day of school|{hero.his} birthday].
    | {hero.He} had slept too long in the afternoon.

    night_fear:
    | What was that? {hero.name} [sat up|held {hero.his} breath|pulled up the blanket].
    | {hero.name} heard it quite clearly. "Is it a [monster|robber|ghost|dragon]?" {hero.he} thought.
    | There it was again. {hero.His} heart [beat fast|jumped|stood still].
    | {hero.name} hid under the blanket until only {hero.his} [nose|eyes|ears] could be seen.
    | "Hello?" {hero.he} {said}. Nobody answered.
    | {hero.name} counted to [ten|twenty|a hundred], but the sound came again.

    night_more:
    | {hero.He} took {shade:a} {toy:noun} and [tiptoed|crept|walked] to the door. "{noise.sound}"
    | {hero.He} woke up {hero.his} {parent.noun}. "Do you hear it too?" {hero.he} asked. "{noise.sound}"
    | {hero.He} lit a [lamp|candle] and listened. "{noise.sound}"
    | {hero.He} held {hero.his} [pillow|blanket|breath] and put one foot on the floor.
      "{noise.sound}"
    | Then it was quiet for a while. But just as {hero.he} closed {hero.his} eyes: "{noise.sound}"

    night_look:
    | Slowly, {hero.name} looked. It was only {noise.cause}!
    | {hero.name} was brave and went to see. And what did {hero.he} find? It was {noise.cause}!
    | "Who is there?" {hero.he} asked. Nobody answered. Then {hero.he} saw {noise.cause}.
    | {hero.name} opened the door very slowly. There it was: {noise.cause}!
    | With {parent.name} at {hero.his} side, {hero.name} found it: {noise.cause}!

    night_end:
    | {hero.name} laughed [out loud|and laughed|until {hero.his} tummy hurt] and went back to bed.
    | "So that was the monster," {said} {parent.name}, and they both [laughed|smiled].
    | {glad} Soon {hero.he} was [fast asleep|dreaming|snoring].
    | "Good night, little noise," {hero.he} {said}, and {hero.he} slept until the morning.
    | {hero.name} told {parent.name} about it at breakfast, and {parent.he} had to laugh.

    night_moral:
    | most scary things are small when you look at them.
    | it helps to turn on the light and look.
    | the night is full of friendly sounds.
    | it is better to look than to worry.
    | in the dark, small things sound big.
    | a brave {hero.kind} can be scared and still go and see.

    garden:
    | {when}, {hero.his} {parent.noun} gave {hero.name} a seed. "This will be {plant:a}," {parent.he} said.
      {garden_plant} ¶ {garden_wait} ¶ {garden_talk} ¶ {garden_grow} {glad} {learned} {garden_moral}
      {ending}

    garden_plant:
    | {hero.name} dug a hole [behind the house|next to the fence|under the window] and put the seed in.
    | {hero.name} put it in {look:a} pot and gave it some water.
    | Together they put it into the [soft|dark|warm] earth.
    | {hero.name} gave it the best place, right in the sun.
    | {hero.name} made a little sign with {hero.his} name on it and put it next to the seed.

    garden_wait:
    | The next [day|morning], {hero.he} looked. There was nothing! {garden_upset}
    | [One day|Two days|Three days|A week] went by, and nothing happened. {garden_upset}
    | Every [hour|morning|evening], {hero.he} ran outside to look, but there was only earth.
      {garden_upset}
    | {hero.name} sat next to it for [an hour|two hours|a whole day] and watched. {garden_upset}
    | "Grow!" {said} {hero.name} every morning. But it did not grow. {garden_upset}

    garden_upset:
    | {sad}
    | "It does not work!" {hero.he} {shouted}.
    | {hero.He} wanted to dig it up again.
    | {hero.name} almost forgot it.
    | "Maybe it was a bad seed," {hero.he} {said}.
    | {hero.name} kicked a little stone.

    garden_talk:
    | {meet} "You must wait," {friend.name} {said}. "{garden_words}."
    | "{garden_words}," {said} {parent.name}. "Give it [water|time|sun] and love."
    | {hero.He} asked an old [farmer|gardener|neighbor]. "{garden_words}," was the answer.
    | {meet} {friend.He} knew all about plants. "{garden_words}," {friend.he} {said}.

    garden_words:
    | A seed needs time to wake up
    | Big things start small
    | It is growing where you can not see it
    | Plants are never in a hurry
    | You can not hurry the spring
    | First come the roots, and nobody sees them
    | Sing to it, and be patient
    | Even the tallest tree was once a seed

    garden_grow:
    | So {hero.he} waited and gave it water every day. At last, a green leaf came out! In the summer,
      the {plant.noun} was {plant.grown}.
    | So {hero.name} sang to it and waited. [One|Two|Three|Four] weeks later, there was a tiny green tip.
      It grew and grew until the {plant.noun} was {plant.grown}.
    | So {hero.he} learned to wait. It rained, the sun shone, and one morning the {plant.noun} was there,
      {plant.grown}.
    | So {hero.name} did other things and came back every evening. One day there were two leaves,
      then four, and then the {plant.noun} was {plant.grown}.
    | So {hero.he} gave it water and told it stories. When the birds came back, the {plant.noun}
      was {plant.grown}.

    garden_moral:
    | good things take time.
    | it is good to be patient.
    | we must care for small things every day.
    | waiting is a part of growing.
    | small seeds hold big surprises.
    | what you care for will grow.

    birthday:
    | Soon it would be the birthday of {hero.his} friend {friend={friend.name}}, a {manner:word}
      {friend.kind}. {birthday_problem} ¶ {birthday_plan} ¶ {birthday_party} ¶ {birthday_open} {learned}
      {birthday_moral} {ending}

    birthday_problem:
    | But {hero.name} had no money for a present. {sad}
    | {hero.name} wanted to buy {look:a} {toy:noun}, but it cost too much. {sad}
    | "What can I give {friend.him}?" {hero.name} asked {hero.his} {parent.noun}.
      "Something from your heart," {parent.he} said.
    | {hero.name} looked through all {hero.his} things, but nothing was good enough. {sad}
    | All the others had already bought something. {sad}

    birthday_plan:
    | {idea} "I will make {gift:a}!" {hero.he} {said}. {hero.He} {gift.made}.
    | {hero.name} sat down and [worked all day|worked until dark|tried many things]. In the end it was
      {gift:a}. {hero.He} {gift.made}.
    | In the night, {hero.he} dreamed of {gift:a}. In the morning, {hero.he} went to work and {gift.made}.
    | {hero.His} {parent.noun} gave {hero.him} a box of old things, and {hero.name} made {gift:a}
      from it. {hero.He} {gift.made}.
    | For three days, nobody saw {hero.name}. {hero.He} was making {gift:a}. {hero.He} {gift.made}.

    birthday_party:
    | At the party, there were [balloons|candles|lights] and {food:many}. {third={third.name}} gave
      {friend.name} {shade:a} [bike|watch|dress|game]. "My gift is so small," {hero.name} thought.
    | Everybody came to the party with big presents. {hero.name} was {very} [shy|nervous|quiet].
    | On the day, {hero.name} almost did not go. But {parent.name} said, "Go, {friend.he} is waiting for you."
    | There was [music|cake|a magician] and a table full of presents. {hero.name} hid the
      {gift.noun} behind {hero.his} back.
    | {hero.name} came [a little late|too early|with a red face]. {third={third.name}} was there
      too, with a huge box.

    birthday_open:
    | {friend.name} saw the {gift.noun} and {friend.his} eyes [grew big|filled with tears|lit up].
      "You made this for me?" {friend.he} {said}. "It is the best present of all!" {glad}
    | "Oh, {hero.name}!" {said} {friend.name}. "Nobody has ever made me {gift.a}." {glad}
    | {friend.name} held the {gift.noun} [all day|for a long time|close] and gave {hero.him} a hug. {glad}
    | At first, {friend.name} did not say a word. Then {friend.he} [jumped up|laughed|cried a
      little] and showed the {gift.noun} to everyone. {glad}
    | {friend.name} looked at the {gift.noun} and then at {hero.name}. "Now I know that you are my
      real friend," {friend.he} {said}. {glad}

    birthday_moral:
    | the best gifts come from the heart.
    | love is worth more than money.
    | a present does not have to be big.
    | what you make yourself is worth the most.
    | it is the thought that counts.
    | time is the best present you can give.
    """
}
