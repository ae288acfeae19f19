/// The words of the embedded corpus: what belongs together stands in one row.
enum StoryWords {
  static let tables: [StoryTable] = [
    characters, traits, parents, homes, hobbies, toys, looks, places, foods, animals, fears,
    dangers, projects, treasures, contests, noises, plants, gifts,
  ]

  static let variables: [StoryVariable] = [
    StoryVariable("hero", in: "character"),
    StoryVariable("friend", in: "character", except: ["hero"]),
    StoryVariable("third", in: "character", except: ["hero", "friend"]),
    StoryVariable("trait", in: "trait"),
    StoryVariable("manner", in: "trait", except: ["trait"]),
    StoryVariable("tint", in: "look"),
    StoryVariable("parent", in: "parent"),
    StoryVariable("home", in: "home"),
    StoryVariable("hobby", in: "hobby"),
    StoryVariable("pastime", in: "hobby", except: ["hobby"]),
    StoryVariable("toy", in: "toy"),
    StoryVariable("look", in: "look"),
    StoryVariable("shade", in: "look"),
    StoryVariable("place", in: "place"),
    StoryVariable("food", in: "food"),
    StoryVariable("treat", in: "food", except: ["food"]),
    StoryVariable("meal", in: "food"),
    StoryVariable("animal", in: "animal"),
    StoryVariable("fear", in: "fear"),
    StoryVariable("danger", in: "danger"),
    StoryVariable("project", in: "project"),
    StoryVariable("treasure", in: "treasure"),
    StoryVariable("contest", in: "contest"),
    StoryVariable("noise", in: "noise"),
    StoryVariable("plant", in: "plant"),
    StoryVariable("gift", in: "gift"),
  ]

  private static let girls =
    "Lily Mia Zoe Emma Ella Sue Lucy Amy Rose Ivy Nora Ruby Clara Daisy Molly Grace Jane Kate Tina "
    + "Maya Hanna Polly Alice Wendy Bella Chloe Eva Fiona Gina Heidi Iris Julia Kim Lena Nina Olga "
    + "Paloma Rita Stella Tess Una Vera Yara Zara Betty Carol Dora Edith"
  private static let boys =
    "Tom Ben Max Sam Jack Leo Finn Noah Oscar Peter Henry Luke Bobby Charlie Danny Felix George "
    + "Hugo Joe Kevin Nico Oliver Will Toby Adam Bill Carl David Eddie Fred Gus Harry Ian John Karl "
    + "Liam Mark Ned Otto Paul Quinn Ray Simon Theo Vince Walter Yuri"

  static let characters = StoryTable(
    "character", "kind name he him his",
    girls.split(separator: " ").map { "girl / \($0) / she / her / her\n" }.joined()
      + boys.split(separator: " ").map { "boy / \($0) / he / him / his\n" }.joined()
        + """
        rabbit / Hopper / he / him / his
        bear / Bruno / he / him / his
        fox / Rusty / he / him / his
        mouse / Pip / she / her / her
        duck / Dilly / she / her / her
        hedgehog / Spike / he / him / his
        squirrel / Hazel / she / her / her
        frog / Croaky / he / him / his
        turtle / Shelly / she / her / her
        kitten / Mittens / she / her / her
        puppy / Biscuit / he / him / his
        lamb / Woolly / she / her / her
        penguin / Pogo / he / him / his
        elephant / Trunky / he / him / his
        monkey / Coco / she / her / her
        pig / Pinky / she / her / her
        lion / Leander / he / him / his
        giraffe / Spotty / she / her / her
        owl / Hooty / he / him / his
        goat / Gruffy / he / him / his
        hamster / Nibbles / she / her / her
        donkey / Grayson / he / him / his
        raccoon / Bandit / he / him / his
        dragon / Sparky / she / her / her
        """)

  static let traits = StoryTable(
    "trait", "word",
    """
    little
    young
    brave
    curious
    kind
    clever
    cheerful
    gentle
    playful
    shy
    silly
    polite
    lively
    quiet
    friendly
    small
    happy
    dreamy
    funny
    proud
    busy
    careful
    helpful
    jolly
    merry
    messy
    nice
    patient
    sleepy
    tidy
    wild
    wise
    """)

  static let parents = StoryTable(
    "parent", "noun name he him his",
    """
    mom / Mom / she / her / her
    dad / Dad / he / him / his
    grandma / Grandma / she / her / her
    grandpa / Grandpa / he / him / his
    aunt / Aunt May / she / her / her
    uncle / Uncle Ray / he / him / his
    """)

  static let homes = StoryTable(
    "home", "where",
    """
    in a small house near the woods
    in a yellow house on a hill
    in a cozy cottage by the sea
    in a quiet village
    in a big, busy town
    on a farm with many animals
    at the end of a long road
    beside a wide river
    in a tall building in the city
    behind an old mill
    next to a bakery
    at the edge of a green forest
    close to the mountains
    across from the school
    under a big oak tree
    between two blue lakes
    above a toy shop
    at the foot of a hill
    far out in the country
    in a little red house
    in a wooden house with a blue door
    in a white house with a big garden
    near the train station
    next to the library
    not far from the beach
    on a small island
    on a boat on the river
    on the edge of town
    on the top floor of a tall house
    over a flower shop
    right next to the zoo
    where the road meets the river
    """)

  static let hobbies = StoryTable(
    "hobby", "do doing",
    """
    draw pictures / drawing pictures
    sing songs / singing songs
    climb trees / climbing trees
    look at the clouds / looking at the clouds
    collect smooth stones / collecting smooth stones
    jump in puddles / jumping in puddles
    dance in the kitchen / dancing in the kitchen
    build tall towers / building tall towers
    read stories / reading stories
    bake bread / baking bread
    watch the stars / watching the stars
    play hide and seek / playing hide and seek
    count the ducks / counting the ducks
    pick flowers / picking flowers
    run through the grass / running through the grass
    listen to the birds / listening to the birds
    dig in the sand / digging in the sand
    make paper boats / making paper boats
    tell funny jokes / telling funny jokes
    feed the chickens / feeding the chickens
    chase butterflies / chasing butterflies
    help in the garden / helping in the garden
    swim in the pond / swimming in the pond
    paint with bright colors / painting with bright colors
    blow bubbles / blowing bubbles
    catch snowflakes / catching snowflakes
    cook soup / cooking soup
    fly paper planes / flying paper planes
    follow ants / following ants
    hop on one leg / hopping on one leg
    look for shells / looking for shells
    make mud pies / making mud pies
    play the flute / playing the flute
    play with marbles / playing with marbles
    ride on the bus / riding on the bus
    roll down hills / rolling down hills
    skip stones / skipping stones
    solve riddles / solving riddles
    splash in the water / splashing in the water
    whistle tunes / whistling tunes
    """)

  static let toys = StoryTable(
    "toy", "noun play",
    """
    ball / roll it down the hill
    kite / fly it in the wind
    doll / brush its hair
    truck / push it through the sand
    boat / sail it in the bath
    robot / make it walk
    drum / bang on it all day
    train / pull it along the floor
    teddy bear / hug it at night
    book / look at its pictures
    whistle / blow it very loudly
    hat / wear it everywhere
    puppet / make it dance
    scooter / ride it up and down the street
    wagon / fill it with leaves
    spinning top / watch it spin
    blanket / wrap up in it
    basket / carry treasures in it
    lantern / light up the room with it
    bell / ring it at lunch time
    jump rope / skip with it
    plane / make it swoop through the air
    umbrella / twirl it around
    necklace / wear it to parties
    """)

  static let looks = StoryTable(
    "look", "a word",
    """
    a red / red
    a blue / blue
    a green / green
    a yellow / yellow
    a pink / pink
    a purple / purple
    an orange / orange
    a white / white
    a shiny / shiny
    a tiny / tiny
    an old / old
    a soft / soft
    a striped / striped
    a golden / golden
    a silver / silver
    a pretty / pretty
    a black / black
    a brown / brown
    a gray / gray
    a big / big
    a bright / bright
    a curly / curly
    a fancy / fancy
    a fluffy / fluffy
    a heavy / heavy
    a little / little
    a round / round
    a spotted / spotted
    a strange / strange
    a wonderful / wonderful
    a wooden / wooden
    an odd / odd
    """)

  static let places = StoryTable(
    "place", "the at under behind other sight",
    """
    the park / in the park / under a bench / behind a tall tree / next to the swings / some people with a tiny dog
    the beach / at the beach / under a towel / behind a big rock / next to a sandcastle / the waves rolling in
    the forest / in the forest / under a pile of leaves / behind an old log / inside a hollow tree / two squirrels in the branches
    the garden / in the garden / under a bush / behind the shed / between two pumpkins / the bees on the flowers
    the meadow / in the meadow / under a daisy / behind a fence / in the tall grass / butterflies everywhere
    the farm / on the farm / under a wheelbarrow / behind the barn / next to a haystack / the cows and the sheep
    the lake / at the lake / under a canoe / behind some reeds / on a flat stone / ducks on the water
    the playground / at the playground / under the slide / behind the seesaw / inside the tunnel / children on the swings
    the market / at the market / under a fruit stand / behind a flower cart / inside an empty box / a man selling bread
    the hill / on the hill / under a thorny bush / behind a stone wall / next to a rabbit hole / the clouds floating by
    the river / by the river / under the bridge / behind a willow / between two rocks / the fish jumping
    the village square / in the village square / under a cart / behind the fountain / next to the clock tower / pigeons on the roofs
    the orchard / in the orchard / under a ladder / behind an apple tree / inside a bucket / red apples on the ground
    the zoo / at the zoo / under a picnic table / behind the monkey house / next to the gate / the elephants and the lions
    the school yard / in the school yard / under the steps / behind the big door / next to the sandbox / children playing tag
    the train station / at the train station / under a suitcase / behind a ticket machine / on a bench / the long trains coming in
    """)

  static let foods = StoryTable(
    "food", "one noun many",
    """
    a cookie / cookie / cookies
    an apple / apple / apples
    a banana / banana / bananas
    a muffin / muffin / muffins
    a pear / pear / pears
    a sandwich / sandwich / sandwiches
    a carrot / carrot / carrots
    a pancake / pancake / pancakes
    an orange / orange / oranges
    a cupcake / cupcake / cupcakes
    a plum / plum / plums
    a bun / bun / buns
    a strawberry / strawberry / strawberries
    a pretzel / pretzel / pretzels
    a waffle / waffle / waffles
    a tomato / tomato / tomatoes
    a biscuit / biscuit / biscuits
    a cherry / cherry / cherries
    a dumpling / dumpling / dumplings
    a fig / fig / figs
    a grape / grape / grapes
    a jelly bean / jelly bean / jelly beans
    a lemon drop / lemon drop / lemon drops
    a melon / melon / melons
    a nut / nut / nuts
    a peach / peach / peaches
    a potato / potato / potatoes
    a raisin roll / raisin roll / raisin rolls
    a tart / tart / tarts
    a walnut / walnut / walnuts
    an egg / egg / eggs
    an oatcake / oatcake / oatcakes
    """)

  static let animals = StoryTable(
    "animal", "noun call act",
    """
    dog / Woof! Woof! / wagged its tail
    cat / Meow! / purred softly
    duck / Quack! Quack! / flapped its wings
    bird / Tweet! Tweet! / hopped in a circle
    goat / Baa! / shook its beard
    frog / Ribbit! / hopped up and down
    owl / Hoo! Hoo! / blinked its big eyes
    squirrel / Chip! Chip! / flicked its bushy tail
    pony / Neigh! / tossed its mane
    cow / Moo! / swished its tail
    mouse / Squeak! / twitched its whiskers
    lamb / Maa! Maa! / jumped into the air
    goose / Honk! Honk! / stretched its long neck
    kitten / Mew! Mew! / rolled on its back
    pig / Oink! Oink! / wiggled its nose
    hen / Cluck! Cluck! / fluffed up its feathers
    rabbit / Thump! Thump! / wiggled its long ears
    donkey / Hee-haw! / stamped its feet
    puppy / Yip! Yip! / licked its paws
    crow / Caw! Caw! / tilted its head
    fox / Yap! Yap! / curled its red tail
    seal / Arf! Arf! / clapped its flippers
    chick / Peep! Peep! / shook its tiny wings
    parrot / Hello! Hello! / bobbed up and down
    """)
}
