/**
 * What the name of a column suggests about what it holds. Only a suggestion: a person decides.
 *
 * @module
 */
import { saysOneOf, wordsOf } from './name-words.ts'

/** What of a person a column seems to hold. `token`: whatever lets in, passwords and secrets too. */
export type PersonalKind =
  | 'name'
  | 'email'
  | 'phone'
  | 'address'
  | 'ip'
  | 'device'
  | 'token'
  | 'birth'
  | 'document'
  | 'account'
  | 'picture'
  | 'place'
  | 'trait'

/**
 * `null` where nothing suggests a person. A plain `name` suggests none: things have names too.
 *
 * @param inRowsOfPeople The rows are somebody's, so that a `city` is theirs.
 */
export function personalKindOf(column: string, inRowsOfPeople = false): PersonalKind | null {
  const words = wordsOf(column)
  if (SAYS_ABOUT.has(words.at(-1) ?? '')) return null
  const kind = KINDS.find(([, phrases]) => saysOneOf(words, phrases))?.[0] ?? null
  if (kind !== null || !inRowsOfPeople) return kind
  if (isNameOfSomebody(words)) return 'name'
  return IN_ROWS_OF_PEOPLE.find(([, phrases]) => saysOneOf(words, phrases))?.[0] ?? null
}

/** `billing_name`, `created_by_name`: not of a thing, as `product_name` is. */
function isNameOfSomebody(words: readonly string[]): boolean {
  const [last, whose] = [words.at(-1), words.at(-2)]
  return last === 'name' && whose !== undefined && NAMED_PEOPLE.has(whose)
}

const NAMED_PEOPLE: ReadonlySet<string> = new Set(
  'by billing shipping delivery invoice payer payee buyer seller holder account recipient receiver beneficiary cardholder debtor creditor patient student teacher subscriber driver passenger traveler emergency kin spouse mother father parent child signer signatory lead candidate applicant attendee participant creator assignee reporter reviewer approver'.split(
    ' ',
  ),
)

/** Whether it may say something of a person, which is more than what seems to hold one. */
export function mayBePersonal(column: string): boolean {
  return personalKindOf(column) !== null || saysOneOf(wordsOf(column), MAYBE_PERSONAL)
}

/** Last words of columns that say something about a value and do not hold it. */
const SAYS_ABOUT: ReadonlySet<string> = new Set(
  'verified confirmed enabled required sent at count status type kind template expire'.split(' '),
)

/** The first that fits counts: an `ip_address` is an IP, an `email_address` an e-mail. */
const KINDS: readonly (readonly [PersonalKind, readonly string[]])[] = [
  ['ip', ['ip', 'ipv4', 'ipv6', 'ip address', 'remote addr', 'remote address']],
  ['email', ['email', 'mail', 'e mail']],
  ['phone', ['phone', 'mobile', 'telephone', 'msisdn', 'fax']],
  ['birth', ['birth', 'birthday', 'birthdate', 'dob', 'born']],
  ['device', ['device', 'user agent', 'fingerprint']],
  [
    'document',
    [
      ...['ssn', 'social security', 'social insurance', 'passport', 'national id', 'identity card'],
      ...['id card', 'driver license', 'driving license', 'driver licence', 'license plate'],
      ...['tax id', 'tax number', 'tax no', 'taxpayer', 'personal number', 'personnummer', 'cpf'],
      ...[
        'citizen id',
        'residence permit',
        'visa number',
        'insurance number',
        'insurance no',
        'nif',
      ],
      ...['patient id', 'patient number', 'patient no', 'medical record', 'aadhaar', 'dni'],
    ],
  ],
  [
    'account',
    [
      ...['iban', 'bank account', 'credit card', 'card number', 'card no'],
      ...['card last4', 'last4', 'last four', 'cvv', 'cvc'],
    ],
  ],
  ['token', ['token', 'password', 'passwd', 'secret', 'otp', 'credential', 'api key', 'cookie']],
  ['address', ['address', 'addr', 'street', 'postal', 'post code', 'zip', 'zip code']],
  [
    'name',
    [
      ...['surname', 'forename', 'username', 'nickname', 'screen name', 'pen name', 'pseudonym'],
      ...['recipient name', 'signatory name', 'twitter handle', 'skype', 'whatsapp', 'linkedin'],
      ...[
        ...['first', 'last', 'full', 'given', 'family', 'middle', 'maiden', 'birth', 'nick'],
        ...['display', 'real', 'legal', 'user', 'person', 'contact', 'customer', 'client'],
        ...['owner', 'author', 'actor', 'sender', 'recipient', 'member', 'employee', 'guest'],
      ].map((whose) => `${whose} name`),
    ],
  ],
]

/** What only says something of a person in rows that are somebody's. */
const IN_ROWS_OF_PEOPLE: readonly (readonly [PersonalKind, readonly string[]])[] = [
  [
    'place',
    [
      ...[
        'city',
        'town',
        'village',
        'hometown',
        'latitude',
        'longitude',
        'geolocation',
        'lat',
        'lng',
      ],
      ...['geo location', 'coordinate', 'birthplace', 'location'],
    ],
  ],
  [
    'trait',
    [
      ...['age', 'gender', 'sex', 'pronoun', 'nationality', 'citizenship', 'religion', 'ethnicity'],
      ...[
        'marital status',
        'blood type',
        'blood group',
        'diagnosis',
        'allergy',
        'disability',
        'race',
      ],
      ...[
        'salary',
        'job title',
        'occupation',
        'salutation',
        'biography',
        'bio',
        'spouse',
        'profession',
      ],
      ...['next of kin', 'political', 'sexual orientation', 'medication', 'employer', 'hobby'],
    ],
  ],
  [
    'picture',
    [
      ...['avatar', 'portrait', 'selfie', 'profile picture', 'profile photo', 'profile image'],
      ...['photo', 'headshot', 'biometric'],
    ],
  ],
  ['account', ['account number', 'account no', 'routing number', 'sort code', 'bic']],
]
const MAYBE_PERSONAL: readonly string[] = [
  ...['name', 'city', 'country', 'location', 'latitude', 'longitude', 'gender', 'avatar', 'photo'],
  ...['agent', 'contact', 'identifier', 'ssn', 'passport', 'iban'],
]
