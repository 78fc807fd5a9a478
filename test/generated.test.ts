import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generated, staleFiles } from '../scripts/generate.ts'

test('what is generated is up to date; `npm run generate` brings it there', async () => {
  assert.deepEqual(await staleFiles(), [])
})

test('every route of the APIs is in openapi.json and says who may call it', async () => {
  const { 'openapi.json': text = '{}' } = await generated()
  const { openapi, paths } = JSON.parse(text)
  assert.equal(openapi, '3.1.0')
  assert.deepEqual(paths['/api/v1/users/me'].get.security, [{ bearer: [] }, { session: [] }])
  assert.deepEqual(paths['/api/v1/auth/login'].post.security, [])
  for (const operations of Object.values<object>(paths)) {
    for (const operation of Object.values(operations)) {
      assert.ok('security' in operation && 'tags' in operation, JSON.stringify(operation))
    }
  }
})
