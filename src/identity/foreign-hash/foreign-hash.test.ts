import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPasswordHasher } from '../password/hasher.ts'
import { foreignHashes, storedHashProblem, usableScheme, verifyForeign } from './index.ts'

type Vector = readonly [name: string, password: string, stored: string]

/** Published by the authors of each scheme. */
const published: readonly Vector[] = [
  ['bcrypt', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt', '', '$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.'],
  // RFC 7914 section 12, in the three ways in which it may be stored.
  [
    'scrypt',
    'pleaseletmein',
    `$scrypt$ln=14,r=8,p=1$${b64('SodiumChloride')}$${hexToB64(rfc7914())}`,
  ],
  ['scrypt', 'pleaseletmein', `scrypt:16384:8:1$SodiumChloride$${rfc7914()}`],
  ['scrypt', 'pleaseletmein', `scrypt$16384$SodiumChloride$8$1$${hexToB64(rfc7914())}`],
  // RFC 6070 section 2
  ['PBKDF2', 'password', pbkdf2('4096', '4b007901b765489abead49d926f721d065a429c1')],
  // RFC 7914 section 11
  ['PBKDF2', 'Password', `pbkdf2:sha256:80000$NaCl$${rfc7914Pbkdf2()}`],
  [
    'Argon2',
    'password',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ],
  [
    'Argon2',
    'password',
    '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
  ],
  [
    'Argon2',
    'password',
    '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ',
  ],
  ['Firebase scrypt', 'user1password', firebase()],
  ['phpass', 'test12345', '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0'],
]

const common = 'pässword 1'
/** Computed with the formulas of each system by Python's hashlib and by crypt(3) of libxcrypt. */
const computed: readonly Vector[] = [
  ['bcrypt', common, '$2b$05$abcdefghijklmnopqrstuuEn/eMei1z5h1.4IuwDnjDepo.7LkKxS'],
  ['bcrypt', common, '$2y$05$abcdefghijklmnopqrstuuEn/eMei1z5h1.4IuwDnjDepo.7LkKxS'],
  ['bcrypt', common, 'bcrypt$$2b$05$abcdefghijklmnopqrstuuEn/eMei1z5h1.4IuwDnjDepo.7LkKxS'],
  ['bcrypt', common, 'bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuLliXoKW2GxjWxDkTXEHEbKMXUW93tam'],
  ['bcrypt', common, '$wp$2y$05$abcdefghijklmnopqrstuusbK0pACSPKktSY7TQhL7lmVvuSg9BSq'],
  ['PBKDF2', common, 'pbkdf2_sha256$1000$seasalt$3x9khCOA+OYHxrLgQFhfrwm0DFFNS9sxAyvMV5/C+es='],
  ['PBKDF2', common, 'pbkdf2_sha1$1000$seasalt$v5z6t0vukCFd5bDJ1sLLW5EqRNA='],
  [
    'PBKDF2',
    common,
    'pbkdf2:sha256:1000$seasalt$df1f64842380f8e607c6b2e040585faf09b40c514d4bdb31032bcc579fc2f9eb',
  ],
  [
    'PBKDF2',
    common,
    '$pbkdf2-sha512$1000$AAECAwQFBgcICQoLDA0ODw$eIa7j6F.XDX9WL2Py4iBgHnskLTlsAzl90aPB7JK5me3flymZO3agLs2g.cTRdKIhvEttVV5hn/w77mjwmYPTg',
  ],
  [
    'PBKDF2',
    common,
    '$pbkdf2-sha512$i=1000$AAECAwQFBgcICQoLDA0ODw==$eIa7j6F+XDX9WL2Py4iBgHnskLTlsAzl90aPB7JK5me3flymZO3agLs2g+cTRdKIhvEttVV5hn/w77mjwmYPTg==',
  ],
  [
    'PBKDF2',
    common,
    '$pbkdf2-sha256$i=1000$AAECAwQFBgcICQoLDA0ODw==$beM5rf90KpCcAQg9rqzVJDXHDURZod+A0rjTFF0Nlfoq234l1KCaz3+XTdyTta1B9etsFhwfs+FmmehXOUU7cA==',
  ],
  [
    'PBKDF2',
    common,
    '$pbkdf2-sha1$i=1000$AAECAwQFBgcICQoLDA0ODw==$jWT4vyUFMqMF7aqT/vLaaf2X/XTn2zapb20tMi/rKVUWgM047CNq7brwb7uvak7PzYjvcVwp6sLcF+wuwl02RA==',
  ],
  [
    'scrypt',
    common,
    '$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$vQtwqqkV5LEcuWehLoOb1NUky2/bg2XINJdOiopEfxo',
  ],
  [
    'ASP.NET Identity',
    common,
    'AQAAAAEAAAPoAAAAEAABAgMEBQYHCAkKCwwNDg9t4zmt/3QqkJwBCD2urNUkNccNRFmh34DSuNMUXQ2V+g==',
  ],
  [
    'ASP.NET Identity',
    common,
    'AQAAAAIAAAPoAAAAEAABAgMEBQYHCAkKCwwNDg94hruPoX5cNf1YvY/LiIGAeeyQtOWwDOX3Ro8HskrmZw==',
  ],
  [
    'ASP.NET Identity',
    common,
    'AAABAgMEBQYHCAkKCwwNDg+NZPi/JQUyowXtqpP+8tpp/Zf9dOfbNqlvbS0yL+spVQ==',
  ],
  ['phpass', common, '$P$9seasalt1AKe/baoE5gp15H8R0N4f8/'],
  ['phpass', common, '$H$Bseasalt1l4EMODePUJyGq2o5Zyp4g1'],
  ['phpass', common, '$S$9seasalt1xI2nbaaXUCoz8aXx1AXR5IUDt0rOpJzbPPX16zYI8vy'],
]

const vectors = [...published, ...computed]

function b64(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('=', '')
}
function hexToB64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}
function rfc7914(): string {
  return '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887'
}
function rfc7914Pbkdf2(): string {
  return '4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d'
}
function pbkdf2(iterations: string, hex: string): string {
  return `$pbkdf2-sha1$i=${iterations}$${b64('salt')}$${hexToB64(hex)}`
}
/** The example that Firebase publishes with its implementation. */
function firebase(): string {
  const key =
    'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='
  const hash =
    'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=='
  return `$firebase-scrypt$ln=14,r=8,ss=Bw==,sk=${key}$42xEC+ixf3L2lw==$${hash}`
}

const cheap = { memoryKib: 64, iterations: 1, parallelism: 1, concurrency: 2, queueLimit: 100 }

test('every scheme accepts the right password and nothing else', async () => {
  for (const [name, password, stored] of vectors) {
    const scheme = usableScheme(stored)
    assert.ok(scheme, `${stored}: ${storedHashProblem(stored)}`)
    assert.equal(scheme.name, name)
    assert.equal(await verifyForeign(scheme, password, stored), true, stored)
    assert.equal(await verifyForeign(scheme, `${password}x`, stored), false, stored)
  }
})

test('a stored text belongs to one scheme at most', () => {
  for (const [, , stored] of vectors) {
    const names = foreignHashes.filter(({ recognises }) => recognises(stored))
    assert.equal(names.length, 1, stored)
  }
})

test('the hasher verifies foreign hashes and wants every one replaced', async () => {
  const hasher = createPasswordHasher(cheap)
  for (const [, password, stored] of vectors) {
    assert.equal(await hasher.verify(password, stored), 'match', stored)
    assert.equal(await hasher.verify('something else', stored), 'mismatch', stored)
    assert.equal(hasher.needsRehash(stored), true, stored)
  }
  assert.equal(hasher.needsRehash(await hasher.hash(common)), false)
})

test('a password is compared as it was typed and in its composed form', async () => {
  const hasher = createPasswordHasher(cheap)
  const composed = computed[0]?.[2] ?? ''
  assert.equal(await hasher.verify(common.normalize('NFD'), composed), 'match')
  const { hash } = await import('@node-rs/bcrypt')
  const decomposed = await hash(common.normalize('NFD'), 4)
  assert.equal(await hasher.verify(common.normalize('NFD'), decomposed), 'match')
  assert.equal(await hasher.verify(common, decomposed), 'mismatch')
})

test('bcrypt reads 72 bytes and no more, as the systems that used it did', async () => {
  const stored = '$2b$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q'
  const hasher = createPasswordHasher(cheap)
  assert.equal(await hasher.verify('x'.repeat(80), stored), 'match')
  assert.equal(await hasher.verify('x'.repeat(72), stored), 'match')
  assert.equal(await hasher.verify('x'.repeat(71), stored), 'mismatch')
})

const hash32 = Buffer.alloc(32, 1).toString('base64')
const costly = [
  '$2b$17$abcdefghijklmnopqrstuuEn/eMei1z5h1.4IuwDnjDepo.7LkKxS',
  '$2b$31$abcdefghijklmnopqrstuuEn/eMei1z5h1.4IuwDnjDepo.7LkKxS',
  `$scrypt$ln=19,r=8,p=1$AAAA$${hash32}`,
  `$scrypt$ln=63,r=8,p=1$AAAA$${hash32}`,
  `$scrypt$ln=14,r=8,p=999999999$AAAA$${hash32}`,
  `pbkdf2_sha256$10000001$salt$${hash32}`,
  `$pbkdf2-sha512$i=999999999999$AAAA$${hash32}`,
  '$argon2id$v=19$m=4194305,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=65536,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  firebase().replace('ln=14', 'ln=20'),
  '$P$JIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0',
  Buffer.concat([Buffer.from('0100000001ffffffff00000010', 'hex'), Buffer.alloc(48)]).toString(
    'base64',
  ),
]
const damaged = [
  '$2b$05$short',
  '$2b$03$abcdefghijklmnopqrstuuEn/eMei1z5h1.4IuwDnjDepo.7LkKxS',
  `$scrypt$ln=0,r=8,p=1$AAAA$${hash32}`,
  '$scrypt$ln=10,r=8,p=1$AAAA$AAAA',
  `scrypt:1000:8:1$salt$${'00'.repeat(32)}`,
  `pbkdf2_sha256$0$salt$${hash32}`,
  '$pbkdf2-sha256$i=1000$AAAA$****',
  '$argon2id$v=19$m=1,t=0,p=1$c29tZXNhbHQ$AAAA',
  firebase().slice(0, -20),
  '$P$9short',
  `AQAAAAk${'A'.repeat(77)}`,
]

test('hashes that would be an attack on the server are refused in words', () => {
  for (const stored of costly) assert.match(storedHashProblem(stored) ?? '', /too costly/, stored)
  for (const stored of damaged) assert.match(storedHashProblem(stored) ?? '', /is damaged/, stored)
})

test('fast hashes and unknown texts are told apart', () => {
  const fast = [
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '5f4dcc3b5aa765d61d8327deb882cf99:salt',
    '{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr',
    '$6$salt$abc',
    'md5$salt$5f4dcc3b5aa765d61d8327deb882cf99',
  ]
  for (const stored of fast) assert.match(storedHashProblem(stored) ?? '', /too weak/, stored)
  for (const stored of ['', 'secret', '$9$x', '!unusable']) {
    assert.match(storedHashProblem(stored) ?? '', /not known/, stored)
  }
})

test('an unusable stored text is a wrong password after the usual work, and never an error', async () => {
  let computations = 0
  const hasher = createPasswordHasher({ ...cheap, observe: () => (computations += 1) })
  const unusable = [...costly, ...damaged, '', 'secret', '$argon2id$v=19$nonsense']
  for (const stored of unusable) {
    assert.equal(await hasher.verify('secret', stored), 'mismatch', stored)
  }
  assert.equal(computations, unusable.length)
})
