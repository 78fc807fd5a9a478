import { Type } from 'typebox'
import { boolean, duration } from './config-setting.ts'

export const apiKeys = Type.Object(
  {
    enabled: boolean(true, 'Whether people may make API keys and use them.'),
    defaultLifetime: duration('90d', 'Life of an API key whose owner names no end.', {
      most: '365d',
    }),
    maxLifetime: duration('365d', 'Longest life of an API key.', { least: '1h', most: '365d' }),
  },
  { description: 'API keys, which people make for their programs.' },
)
