/// Rows that carry a piece of plot: what is feared, forbidden, made, broken, heard or grown.
extension StoryWords {
  static let fears = StoryTable(
    "fear", "of do did",
    """
    the dark / walk into the dark cellar / walked into the dark cellar
    deep water / jump into the pool / jumped into the pool
    the big slide / go down the big slide / went down the big slide
    high places / climb to the top of the tower / climbed to the top of the tower
    the old bridge / walk across the old bridge / walked across the old bridge
    big dogs / pat the big dog next door / patted the big dog next door
    singing in front of people / sing on the stage / sang on the stage
    riding a bike / ride down the lane / rode down the lane
    the new school / go through the big school door / went through the big school door
    the dentist / sit in the tall chair / sat in the tall chair
    spiders / carry a spider outside / carried a spider outside
    loud thunder / watch the storm at the window / watched the storm at the window
    the deep snow / ride a sled down the slope / rode a sled down the slope
    horses / sit on the brown horse / sat on the brown horse
    """)

  static let dangers = StoryTable(
    "danger", "do did result",
    """
    touch the hot stove / touched the hot stove / It was so hot that it hurt a lot.
    climb on the wobbly chair / climbed on the wobbly chair / The chair fell over with a crash.
    go near the beehive / went near the beehive / The bees came out and buzzed angrily.
    eat the green berries / ate the green berries / They were bitter and made a very sore tummy.
    open the big gate / opened the big gate / All the sheep ran out onto the road.
    play next to the muddy pond / played next to the muddy pond / Splash! There was mud everywhere.
    shake the big bottle / shook the big bottle / It popped, and sticky juice sprayed everywhere.
    pull the cat's tail / pulled the cat's tail / The cat hissed and ran out of the house.
    walk on the thin ice / walked on the thin ice / The ice went crack, and cold water came up.
    wake the sleeping goose / woke the sleeping goose / It honked and chased everyone around the yard.
    turn the red handle / turned the red handle / Water shot up and made everything wet.
    run with the eggs / ran with the eggs / All the eggs fell down and broke.
    ring the old bell / rang the old bell / It fell off its hook with a terrible noise.
    play with the paint pots / played with the paint pots / Blue paint ran all over the carpet.
    """)

  static let projects = StoryTable(
    "project", "a noun from fail good",
    """
    a kite / kite / paper and string / it tore in the middle / It flew high above the roofs.
    a birdhouse / birdhouse / wood and nails / the roof fell off / A little bird moved in the next day.
    a cake / cake / flour and eggs / it was as flat as a plate / It smelled wonderful and tasted even better.
    a raft / raft / logs and rope / it came apart in the water / It floated like a real ship.
    a mask / mask / paper and paint / the paint ran down in stripes / It looked like a real lion.
    a scarf / scarf / wool and two needles / it was full of holes / It was long and warm.
    a treehouse / treehouse / boards and rope / the floor was crooked / It was the best place in the world.
    a sandcastle / sandcastle / sand and water / a wave washed it away / It had four towers and a flag.
    a drum / drum / a pot and some cloth / it made no sound at all / It went boom, boom, boom.
    a swing / swing / a rope and a board / the knot came loose / It went up to the sky and back again.
    a lamp / lamp / a jar and a candle / it would not shine / It glowed like a little moon.
    a pie / pie / apples and dough / the bottom was burned / Everybody wanted a second piece.
    """)

  static let treasures = StoryTable(
    "treasure", "noun pieces",
    """
    vase / flowers and water were all over the floor
    blue cup / its handle had come off
    lamp / its shade was bent
    clock / it did not tick anymore
    mirror / there was a long crack in it
    plate / there were pieces in every corner
    flower pot / there was dirt on the rug
    teapot / its spout had broken off
    picture frame / the glass had cracked
    music box / it did not play anymore
    snow globe / there was water and glitter everywhere
    glass bowl / it had split in two
    """)

  static let contests = StoryTable(
    "contest", "a do best",
    """
    a running race / run / the fastest runner
    a singing contest / sing / the best singer
    a jumping contest / jump / the best jumper
    a swimming race / swim / the fastest swimmer
    a drawing contest / draw / the best painter
    a dancing contest / dance / the best dancer
    a baking contest / bake / the best baker
    a sack race / hop / the fastest hopper
    a climbing contest / climb / the best climber
    a rowing race / row / the fastest rower
    """)

  static let noises = StoryTable(
    "noise", "sound cause",
    """
    Tap, tap, tap! / a branch tapping on the window
    Scratch, scratch! / a hungry cat at the door
    Bump, bump! / a shutter moving in the wind
    Drip, drop, drip! / a leaky tap in the kitchen
    Squeak, squeak! / a little mouse with a piece of cheese
    Hoo, hoo! / an owl on the roof
    Crunch, crunch! / a hedgehog eating an apple
    Rattle, rattle! / the wind in the chimney
    Click, clack! / the old clock in the hall
    Whoosh, whoosh! / the curtain at the open window
    Snore, snore! / the dog asleep under the bed
    Ding, ding! / a tiny bell on a lost lamb
    """)

  static let plants = StoryTable(
    "plant", "a noun grown",
    """
    a sunflower / sunflower / taller than the fence
    a pumpkin / pumpkin / as big as a chair
    a rose / rose / red and sweet
    a bean / bean / all the way up to the window
    a tomato / tomato / round and shiny
    a melon / melon / green and heavy
    a tulip / tulip / as yellow as butter
    a carrot / carrot / long and crunchy
    a cherry tree / cherry tree / covered with white blossoms
    a strawberry / strawberry / small and very sweet
    """)

  static let gifts = StoryTable(
    "gift", "a noun made",
    """
    a paper crown / crown / cut it out of gold paper
    a picture / picture / painted it with every color
    a song / song / practiced it all week
    a bracelet / bracelet / made it with tiny beads
    a card / card / wrote a poem inside
    a flower chain / flower chain / tied it with a ribbon
    a little garden / garden / planted it in a box
    a treasure map / map / drew a big X on it
    a puppet show / puppet show / sewed two puppets
    a pillow / pillow / filled it with soft wool
    """)
}
