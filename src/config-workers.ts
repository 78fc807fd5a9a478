import { availableParallelism } from 'node:os'
import { Type } from 'typebox'
import type { Read, Setting } from './config-setting.ts'

const most = 128

function read(text: string): Read {
  if (text === 'auto') return { ok: true, value: Math.min(availableParallelism(), most) }
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0
  return value >= 1 && value <= most
    ? { ok: true, value }
    : { ok: false, why: `must be auto or a whole number from 1 to ${most}` }
}

const setting: Setting = { type: `auto, or integer, 1 to ${most}`, read, fallback: '1' }

/** How many processes serve on this machine: a number, whatever it was written as. */
export const workers = Type.Integer({
  description:
    'Processes that serve, behind one port: auto is one per core. They need no Redis, machines beside this one do.',
  default: 1,
  setting,
  minimum: 1,
  maximum: most,
})
