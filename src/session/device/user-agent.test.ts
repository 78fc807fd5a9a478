import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { describeUserAgent } from './user-agent.ts'

const agents = {
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  safari:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15',
  edge: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0 Safari/537.36 Edg/134.0.0.0',
  phone:
    'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0 Mobile Safari/537.36',
  tablet:
    'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1',
}

test('browser, system and kind of common browsers are told in words', () => {
  const told = Object.values(agents).map((agent) => {
    const { words, kind } = describeUserAgent(agent)
    return `${words}, ${kind}`
  })
  assert.deepEqual(told, [
    'Firefox on Linux, desktop',
    'Safari on macOS, desktop',
    'Microsoft Edge on Windows, desktop',
    'Chrome on Android, mobile',
    'Safari on iOS, tablet',
  ])
})

test('what says nothing is an unknown browser', () => {
  const nothing = { browser: undefined, system: undefined, kind: 'other', words: 'Unknown browser' }
  for (const agent of [null, undefined, '', '   ', '()', ';;;']) {
    assert.deepEqual(describeUserAgent(agent), nothing, String(agent))
  }
})

test('a hostile User-Agent of 64 KB is cut, costs little and never throws', () => {
  const hostile = ['(', '/1.', 'Firefox/', 'Android ', '\u0000', '\ud800', ' Version/9'].map(
    (part) => part.repeat(65_536 / part.length),
  )
  const start = performance.now()
  for (const agent of hostile) {
    const { words } = describeUserAgent(agent)
    assert.ok(words.length <= 160, words)
  }
  assert.ok(performance.now() - start < 1000)
})

test('any text is told in short words', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (agent) => {
      const { words, browser, system } = describeUserAgent(agent)
      assert.ok(words.length > 0 && words.length <= 160)
      assert.ok((browser?.length ?? 1) > 0 && (system?.length ?? 1) > 0)
    }),
  )
})
