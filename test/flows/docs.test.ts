import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Type } from 'typebox'
import {
  apiSurface,
  encodeCursor,
  pageFrom,
  pageOf,
  pageQuery,
  sendPage,
  sortOf,
  sortQuery,
} from '../../src/http/index.ts'
import { postJson } from '../harness/json.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

/** The conventions of the API, on routes made for this; and the reference that tells of them. */
let server: TestServer
const names = ['name', 'size'] as const
const things = Array.from({ length: 5 }, (_, index) => ({ id: index + 1 }))

before(async () => {
  server = await testServer({
    env: { CARDEA_HTTP_DOCS: 'on' },
    onServer: (http) =>
      apiSurface(http, (surface) => {
        const querystring = Type.Object({
          ...pageQuery,
          ...sortQuery(names),
          flag: Type.Optional(Type.Boolean()),
          kind: Type.Optional(Type.Array(Type.String())),
        })
        surface.get('/api/fixture/things', { schema: { querystring } }, (request, reply) => {
          const { limit, after = [0] } = pageOf(request.query, Type.Tuple([Type.Integer()]))
          const rows = things.filter(({ id }) => id > after[0]).slice(0, limit + 1)
          const { by, descending } = sortOf(names, request.query.sort)
          reply.header('x-asked', JSON.stringify([request.query.flag, request.query.kind]))
          reply.header('x-sorted', `${by} ${descending}`)
          return sendPage(
            request,
            reply,
            pageFrom(rows, limit, ({ id }) => [id]),
          )
        })
        const deprecated = { since: '2027-01-01', sunset: '2027-07-01' }
        surface.get('/api/fixture/old', { config: { deprecated } }, () => ({}))
      }),
  })
})
after(() => server?.close())

const get = (path: string) => postJson(server.url + path, undefined, { method: 'GET' })

test('a list is followed page by page by its Link, which keeps the query (RFC 8288)', async () => {
  let next: string | undefined = '/api/fixture/things?limit=2&sort=-size&flag=true&kind=a'
  const seen: number[] = []
  while (next !== undefined) {
    const { status, body, headers } = await get(next)
    assert.equal(status, 200, JSON.stringify(body))
    seen.push(...body.items.map(({ id }: { id: number }) => id))
    assert.equal(headers.get('x-sorted'), 'size true')
    assert.equal(headers.get('x-asked'), '[true,["a"]]')
    const link: string | undefined = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
    assert.equal(link === undefined, body.next === null)
    if (link !== undefined) assert.ok(link.startsWith(`${server.url}/api/fixture/things?`), link)
    next = link?.slice(server.url.length)
  }
  assert.deepEqual(seen, [1, 2, 3, 4, 5])
})

test('without a limit a page has 50, and a limit stays within its bounds', async () => {
  assert.equal((await get('/api/fixture/things')).body.items.length, 5)
  for (const wrong of ['limit=0', 'limit=201', 'limit=many', 'limit=1.5', 'limit=1&limit=2']) {
    const { status, body } = await get(`/api/fixture/things?${wrong}`)
    assert.deepEqual(
      [status, body.code, body.errors[0].pointer],
      [400, 'invalid_request', '/limit'],
    )
  }
})

test('a cursor of another list, a sort or a parameter that nobody knows is refused', async () => {
  const cursor = encodeCursor(['text'])
  const { body } = await get(`/api/fixture/things?after=${cursor}`)
  assert.equal(body.code, 'invalid_cursor')
  assert.equal((await get('/api/fixture/things?sort=password')).status, 400)
  assert.equal((await get('/api/fixture/things?sort=id%3BDROP')).status, 400)
  assert.equal((await get('/api/fixture/things?limt=2')).body.code, 'invalid_request')
  assert.equal((await get('/api/fixture/old?x=1')).status, 400)
})

test('a deprecated operation says since when (RFC 9745) and until when (RFC 8594)', async () => {
  const { headers } = await get('/api/fixture/old')
  assert.equal(headers.get('deprecation'), '@1798761600')
  assert.equal(headers.get('sunset'), 'Thu, 01 Jul 2027 00:00:00 GMT')
  assert.equal((await get('/api/fixture/things')).headers.has('deprecation'), false)
})

test('the description of the API comes with an ETag', async () => {
  const { status, body, headers } = await get('/openapi.json')
  assert.equal(status, 200)
  assert.equal(body.openapi, '3.1.0')
  const etag = headers.get('etag') ?? ''
  const again = await fetch(`${server.url}/openapi.json`, { headers: { 'if-none-match': etag } })
  assert.equal(again.status, 304)
})

test('the reference shows every operation, without script and without anything from elsewhere', async () => {
  const page = async (path: string) => {
    const response = await fetch(server.url + path)
    const text = await response.text()
    assert.equal(response.status, 200, path)
    const policy = response.headers.get('content-security-policy') ?? ''
    assert.match(policy, /^default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'/)
    assert.doesNotMatch(policy, /unsafe|script|https?:/)
    assert.doesNotMatch(text, /<script|<style|\sstyle=|\son\w+=|(src|href)="(https?:)?\/\//, path)
    return text
  }
  const overview = await page('/docs')
  const { body } = await get('/openapi.json')
  const chapters = new Set(
    [...overview.matchAll(/href="\/docs\/([\w-]+)["#]/g)].map(([, it]) => it),
  )
  const pages = await Promise.all([...chapters].map((name) => page(`/docs/${name}`)))
  const all = pages.join('')
  for (const methods of Object.values<object>(body.paths)) {
    for (const { operationId } of Object.values(methods)) {
      assert.ok(overview.includes(`#${operationId}"`), operationId)
      assert.ok(all.includes(`id="${operationId}"`), operationId)
    }
  }
  assert.match(all, /curl -X POST/)
  assert.equal((await fetch(`${server.url}/docs/nothing`)).status, 404)
  assert.match(
    (await fetch(`${server.url}/docs/reference.css`)).headers.get('content-type') ?? '',
    /css/,
  )
})
