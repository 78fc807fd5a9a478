import { Type } from 'typebox'
import { duration, list, type Read, text } from './config-setting.ts'

/** `https:`, or `http:` to this machine: what is sent must not be read on its way. */
export function readReceiver(address: string): Read {
  const url = URL.parse(address)
  const local = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url?.protocol === 'https:' || (local && url.protocol === 'http:')) {
    return { ok: true, value: address }
  }
  return { ok: false, why: 'must be an https:// address (or http:// to this machine)' }
}

function readStream(name: string): Read {
  const known = name === 'stdout' || name === 'file'
  return known ? { ok: true, value: name } : { ok: false, why: 'must list stdout or file' }
}

export const audit = Type.Object(
  {
    sealEvery: duration('1s', 'Time between two looks for entries to seal and to pass on.', {
      most: '1m',
    }),
    checkpointEvery: duration('1m', 'Least time between two signed checkpoints.', { most: '1d' }),
    retention: duration(
      '0s',
      'How long entries are kept, in whole months; 0s keeps them for ever.',
      {
        least: '0s',
      },
    ),
    stream: list('Where entries are written as JSON lines: stdout, file.', {
      type: 'list of stdout, file',
      item: readStream,
    }),
    streamFile: text('', 'File that entries are appended to.'),
    streamUrl: text('', 'Address that entries are POSTed to as JSON lines.', {
      type: 'https:// address',
      check: readReceiver,
    }),
    streamSecret: text('', 'Key of the HMAC with which the receiver knows the sender.', {
      secret: true,
    }),
  },
  { description: 'The audit log.' },
)
