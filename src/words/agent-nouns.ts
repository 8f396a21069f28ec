/**
 * Nouns for who does something, or to whom it is done: `assigner`, `mentionee`, `moderator`. Names of columns have
 * them for any verb, so the ending says it, and a list says which words with the ending are things.
 *
 * @module
 */

/** Whether the word, in the singular, may be somebody who does something. */
export function isAgentNoun(word: string): boolean {
  if (THINGS.has(word) || THING_ENDINGS.some((ending) => word.endsWith(ending))) return false
  return /^\p{L}{3,}(?:er|or|ee)$/u.test(word)
}

/** Words that end with one of these are made of it: `subfolder`, `newsletter`. */
const THING_ENDINGS: readonly string[] = [
  ...[
    'folder',
    'letter',
    'paper',
    'order',
    'number',
    'server',
    'meter',
    'water',
    'layer',
    'center',
  ],
  ...['chapter', 'filter', 'header', 'footer', 'container', 'cluster', 'counter', 'color', 'error'],
  ...['marker', 'picker', 'timer', 'buffer', 'pointer', 'tracker', 'computer', 'printer', 'vector'],
  ...[
    'fee',
    'tree',
    'tier',
    'factor',
    'sensor',
    'flavor',
    'monitor',
    'corner',
    'ladder',
    'register',
  ],
]

const THINGS: ReadonlySet<string> = new Set(
  [
    'accelerator accumulator adapter after agree altimeter ancestor anchor answer anteater',
    'applicator arbor ardor armor banner barometer barrier batter beaker beaver behavior better',
    'binder bookmarker border boulder bower builder bumper burger butter calculator candor',
    'capacitor career carrier cater centimeter chamber character charger charter chimpanzee chowder',
    'cider cipher clamor clever clipper cloister clover clutter coffee committee compiler',
    'compressor connector consumer controller conveyor cooler copper cover cracker crater',
    'crawler cucumber cursor cylinder danger decanter december decimeter decoder decree deeper',
    'degree delimiter denominator descriptor destructor detector deter diameter differ dinner',
    'disaster discover dispenser divider divisor dossier dozer drawer dryer dumper elevator',
    'emitter encoder encounter enter entree equalizer equator escalator ether exterior feather',
    'fender fervor fever fiber finger fiver flicker floor flower fodder formatter former foyer',
    'freezer freighter gather gender generator ginger glacier glamor glitter glossier guarantee',
    'hammer hamster hanger harbor heater helicopter hinder honor',
    'hopper humor identifier incubator indicator inductor infer injector inner insulator',
    'integer interceptor interior interpreter invader iterator jubilee jumper junior junker',
    'kilometer labor ladder lager laser later latter ledger levee lever lexer liner linger',
    'liquor listener liter loader lobster locator logger longer lower lumber lychee',
    'major manner manor marquee master matter meager meteor millimeter minor mirror mixer',
    'monster motor mower multiplier never november number numerator observer october',
    'odometer offer other otter outer oyster pager pallor panier panther parameter parliamenter',
    'parlor parser paster pedigree pepper perimeter placeholder plaster plunger pointer poller',
    'polymer potter powder power predecessor prefer premier primer prior processor',
    'producer profiler projector proper provider puree quarter quiver radiator rancor ranger',
    'rather razor reactor reducer refer refrigerator render renderer repeater resistor',
    'rigor rooster roster rotor router rubber ruler rumor savior',
    'scheduler scooter scraper scrubber sector selector semester senior',
    'separator september serializer settee shader shelter shower shutter silver simulator',
    'slider slipper soccer spider spinner splendor splitter spooler spreader spree',
    'squalor stapler sticker stopper strainer successor suffer summer super supper',
    'sweater sweeper switcher tanker taper temper tenor tensor terminator terror theater',
    'thermometer three thunder ticker tiger timber toaster toffee toupee tower tractor trailer',
    'transfer transformer transistor tremor trigger tumor tuner twitter under upper utter',
    'validator valor vapor vector vendor ventilator vigor voltmeter voucher wafer waiver',
    'wallpaper wander washer weather whether whisper winter wonder worker wrapper zipper',
  ]
    .join(' ')
    .split(' '),
)
