import { verify } from '@node-rs/argon2'
import { foreignHash } from './foreign-hash.ts'

const mostMemoryKib = 2 ** 20
const mostWorkKib = 16 * mostMemoryKib
const mostLanes = 64

const whole =
  /^\$argon2(?:id|i|d)\$(?:v=(?:16|19)\$)?m=(?<m>\d{1,10}),t=(?<t>\d{1,10}),p=(?<p>\d{1,3})\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,}$/

/** Argon2 of every kind and cost (RFC 9106); Django puts its own name in front. */
export const argon2 = foreignHash({
  name: 'Argon2',
  form: /^(argon2)?\$argon2(id|i|d)\$/,
  read(stored) {
    const core = stored.replace(/^argon2\$/, '$')
    const groups = whole.exec(core)?.groups
    if (!groups) return undefined
    const [memory, passes, lanes] = [Number(groups.m), Number(groups.t), Number(groups.p)]
    if (passes < 1 || lanes < 1 || memory < 8 * lanes) return undefined
    const costly = memory > mostMemoryKib || memory * passes > mostWorkKib || lanes > mostLanes
    return costly ? 'too costly' : { core }
  },
  matches: (password, { core }) => verify(core, password),
})
