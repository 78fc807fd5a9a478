import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Check, Errors } from 'typebox/value'
import { generated } from '../scripts/generate.ts'
import { ownPermissions } from '../src/access/index.ts'
import type { Answer, Document, Operation, Schema } from '../src/http/description/document.ts'

type Found = { readonly at: string; readonly path: string; readonly operation: Operation }

/** Only there to say why it cannot be done. */
const refusing = 'mergeUser'

let text = ''
let document: Document
let operations: Found[] = []

before(async () => {
  text = (await generated())['openapi.json'] ?? '{}'
  document = JSON.parse(text)
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      at: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  )
})

function lookUp(reference: string): unknown {
  const parts = reference.replace(/^#\//, '').split('/')
  return parts.reduce((value: unknown, part) => Object(value)[part], document)
}

/** The schema with everything that it refers to in its place. */
function inlined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inlined)
  if (typeof value !== 'object' || value === null) return value
  if ('$ref' in value && typeof value.$ref === 'string') return inlined(lookUp(value.$ref))
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inlined(member)]))
}

/** What is wrong with an example; nothing when it fits. */
function misfit(where: string, schema: Schema | undefined, value: unknown): string[] {
  const whole = inlined(schema ?? {}) as Schema
  if (value !== undefined && Check(whole, value)) return []
  const problems = Errors(whole, value).map((it) => `${it.instancePath} ${it.message}`)
  return [`${where}: ${value === undefined ? 'no example' : problems.join('; ')}`]
}

function mediaOf({ operation }: Found) {
  const answers = Object.entries(operation.responses).flatMap(([status, answer]) =>
    Object.entries(answer.content ?? {}).map(([type, media]) => [`${status} ${type}`, media]),
  )
  const bodies = Object.entries(operation.requestBody?.content ?? {})
  return [...bodies, ...answers] as [string, NonNullable<Answer['content']>[string]][]
}

test('every operation has a name of its own, a summary, and parts that are described', () => {
  const names = operations.map(({ operation }) => operation.operationId ?? '')
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  assert.deepEqual(twice, [], 'operationIds that are used twice')
  const described = document.tags.map(({ name }) => name)
  const wrong = operations.flatMap(({ at, operation }) => {
    const { operationId = '', summary = '', tags = [], responses } = operation
    const answers = Object.entries(responses)
    const unsaid = answers.filter(([, { description }]) => description === 'Default Response')
    return [
      ...(/^[a-z][A-Za-z0-9]+$/.test(operationId) ? [] : [`operationId of ${at}: ${operationId}`]),
      ...(/^[A-Z].{8,250}[^.]$/.test(summary) ? [] : [`summary of ${at}: ${summary}`]),
      ...(tags.length === 1 ? [] : [`${at} needs one tag`]),
      ...tags.filter((tag) => !described.includes(tag)).map((tag) => `${at}: what is ${tag}?`),
      ...(answers.some(([status]) => /^[23]/.test(status)) || operationId === refusing
        ? []
        : [`${at}: what if all is well?`]),
      ...unsaid.map(([status]) => `${at} ${status}: what does it mean?`),
    ]
  })
  assert.deepEqual(wrong, [], 'see src/http/description/tags.ts and the schemas of the routes')
})

test('every operation says who may call it', () => {
  const permissions = new Set(
    Object.entries(ownPermissions).flatMap(([of, actions]) => actions.map((it) => `${of}:${it}`)),
  )
  for (const { at, path, operation } of operations) {
    const needed = operation['x-permission'] ?? 'none'
    const known = ['public', 'self', 'client'].includes(needed) || permissions.has(needed)
    assert.ok(known, `x-permission of ${at}: ${needed}`)
    if (path.startsWith('/api/v1/admin')) assert.ok(permissions.has(needed), `${at}: ${needed}`)
    const of = operation['x-permission-of']
    if (of !== undefined) assert.ok(path.includes(`{${of}}`), `${at} has no parameter ${of}`)
    assert.equal(needed === 'public', operation.security?.length === 0, `security of ${at}`)
    const schemes = Object.keys(document.components.securitySchemes ?? {})
    for (const one of operation.security ?? []) {
      for (const scheme of Object.keys(one)) assert.ok(schemes.includes(scheme), `${at}: ${scheme}`)
    }
  }
})

test('every body, answer and parameter has an example, and the example fits', () => {
  const wrong = operations.flatMap((found) => {
    const { at, operation } = found
    const media = mediaOf(found)
      .filter(([what]) => /(?<!problem\+)(json|urlencoded)$/.test(what))
      .flatMap(([what, { schema, example, examples = {} }]) => {
        const given = Object.values(examples).map(({ value }) => value)
        const all = given.length > 0 ? given : [example]
        return all.flatMap((one) => misfit(`${at} ${what}`, schema, one))
      })
    const parameters = (operation.parameters ?? [])
      .filter(({ $ref }) => $ref === undefined)
      .flatMap(({ name, schema, example }) => misfit(`${at} ${name}`, schema, example))
    return [...media, ...parameters]
  })
  assert.deepEqual(wrong, [], 'give them examples that fit, in their schemas')
})

test('every refusal of the JSON API is a problem, described once', () => {
  for (const { at, path, operation } of operations) {
    if (!path.startsWith('/api/')) continue
    const refusals = Object.entries(operation.responses).filter(([status]) => /^[45]/.test(status))
    assert.ok(refusals.length > 2, `${at} says nothing of its refusals`)
    for (const [status, answer] of refusals) {
      assert.match(answer.$ref ?? '', /^#\/components\/responses\//, `${at} ${status}`)
    }
  }
})

test('a list that is paged has the link in its answer, and a change of a version its If-Match', () => {
  for (const { at, operation } of operations) {
    const references = operation.parameters?.map(({ $ref }) => $ref) ?? []
    const asked = references.includes('#/components/parameters/IfMatch')
    assert.equal(asked, '428' in operation.responses, at)
    const names = operation.parameters?.map(({ name }) => name) ?? []
    if (names.includes('after')) assert.ok(names.includes('limit'), `${at} has no limit`)
    const [, answer] = Object.entries(operation.responses).find(([it]) => it.startsWith('2')) ?? []
    if (names.includes('after')) assert.ok(answer?.headers?.Link, `${at} has no Link`)
  }
})

test('whatever the document refers to is in it, and it repeats nothing large', () => {
  const references = text.matchAll(/"\$ref": "([^"]+)"/g)
  for (const [, reference = ''] of references) assert.ok(lookUp(reference), reference)
  assert.equal(text.includes('"x-route"'), false)
  const perOperation = text.length / operations.length
  assert.ok(perOperation < 5000, `${Math.round(perOperation)} characters per operation`)
})
