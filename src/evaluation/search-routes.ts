import { problems } from '../account/index.ts'
import type { Surface } from '../http/index.ts'
import type { CallerOf } from './asking.ts'
import { asking, tags } from './asking.ts'
import { ownerOf } from './entities.ts'
import { keyOf, requireMayAsk } from './may-ask.ts'
import type { EvaluationNeeds } from './needs.ts'
import type { AskedPage } from './page.ts'
import { nextToken, readPage } from './page.ts'
import {
  ActionSearchBody,
  ActionsFound,
  ResourceSearchBody,
  ResourcesFound,
  SubjectSearchBody,
  SubjectsFound,
} from './schemas.ts'
import type { Found } from './search.ts'
import { searchActions, searchResources, searchSubjects } from './search.ts'

/** AuthZEN section 8. */
export function searchRoutes(surface: Surface, needs: EvaluationNeeds, callerOf: CallerOf): void {
  subjectSearch(surface, needs, callerOf)
  surface.post('/access/v1/search/resource', {
    ...asking.search,
    schema: {
      tags,
      operationId: 'searchResources',
      summary: 'The resources of a type that somebody may do something to',
      description:
        'Resources live in applications. What is listed are those that roles of the subject are limited to.',
      body: ResourceSearchBody,
      response: { 200: ResourcesFound, ...problems },
    },
    handler: async (request) => {
      const { subject, action, resource, page } = request.body
      const about = { subject, resourceType: resource.type }
      await requireMayAsk(needs, callerOf(request), 'cardea.decision:search', about)
      const search = ['resource', subject.type, subject.id, action.name, resource.type]
      const wanted = { type: resource.type, action: action.name }
      return paged(page, search, (part) => searchResources(needs, subject, wanted, part))
    },
  })
  surface.post('/access/v1/search/action', {
    ...asking.search,
    schema: {
      tags,
      operationId: 'searchActions',
      summary: 'What somebody may do to a resource, of all that permissions name',
      body: ActionSearchBody,
      response: { 200: ActionsFound, ...problems },
    },
    handler: async (request) => {
      const { subject, resource: asked, page } = request.body
      const resource = { type: asked.type, id: asked.id, owner: ownerOf(asked) }
      const about = { subject, resourceType: resource.type }
      await requireMayAsk(needs, callerOf(request), 'cardea.decision:search', about)
      const search = ['action', subject.type, subject.id, asked.type, asked.id, resource.owner]
      return paged(page, search, (part) => searchActions(needs, subject, resource, part))
    },
  })
}

function subjectSearch(surface: Surface, needs: EvaluationNeeds, callerOf: CallerOf): void {
  surface.post('/access/v1/search/subject', {
    ...asking.search,
    schema: {
      tags,
      operationId: 'searchSubjects',
      summary: 'Who may do something to a resource',
      body: SubjectSearchBody,
      response: { 200: SubjectsFound, ...problems },
    },
    handler: async (request) => {
      const { subject, action, resource: asked, page } = request.body
      const { type: resourceType, id } = asked
      await requireMayAsk(needs, callerOf(request), 'cardea.decision:search', { resourceType })
      const resource = { type: resourceType, id, owner: ownerOf(asked) }
      const question = { resource, action: action.name }
      const search = ['subject', subject.type, action.name, resourceType, id, resource.owner]
      const type = keyOf({ type: subject.type, id: '' })?.type
      return paged(page, search, async (part) =>
        type === undefined ? { results: [] } : searchSubjects(needs, type, question, part),
      )
    },
  })
}

/** One page of a search, `page` first, as AuthZEN section 8.3 recommends. */
async function paged<T, Result extends Found<T>>(
  asked: AskedPage | undefined,
  search: readonly unknown[],
  find: (page: { readonly after: string; readonly limit: number }) => Promise<Result>,
) {
  const page = readPage(asked, search)
  const { last, ...found } = await find(page)
  const next_token = nextToken(last, page.limit, search)
  return { page: { next_token, count: found.results.length }, ...found }
}
