import { Type } from 'typebox'
import { needs as permission, problems, UserBody, userBody } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageQuery, sendPage } from '../paging.ts'
import { filterMembers, filterOf } from './filter-query.ts'
import { personSorts } from './search/person-filter.ts'
import type { UserSearch } from './search/user-search.ts'

export type UserListNeeds = AdminNeeds & { readonly userSearch: UserSearch }

const ListQuery = Type.Object(
  {
    ...pageQuery,
    sort: Type.Optional(
      Type.Enum(personSorts, {
        default: '-created_at',
        description: 'What the list is sorted by; a minus sign turns it round',
      }),
    ),
    ...filterMembers,
  },
  { additionalProperties: false },
)

export const userExample = {
  id: '01960d2c-7c00-7000-8000-0000000000aa',
  username: 'ada',
  email: 'ada@example.org',
  email_verified: true,
  state: 'active',
  profile: { name: 'Ada Lovelace' },
  created_at: '2026-03-01T12:34:00.000Z',
  updated_at: '2026-03-01T12:34:00.000Z',
}

const UserPage = pageBody(UserBody, { examples: [{ items: [userExample], next: null }] })

export function userListRoutes(surface: Surface, needs: UserListNeeds): void {
  surface.get('/api/v1/admin/users', {
    config: permission('cardea.user:read'),
    schema: {
      tags: ['admin'],
      operationId: 'listUsers',
      summary:
        'Users by filters and part of a name. A page may have fewer than asked for and still be followed by another one; the header Search-Manner says whether q was found anywhere (substring) or at beginnings (prefix)',
      querystring: ListQuery,
      response: { 200: UserPage, ...problems },
    },
    handler: async (request, reply) => {
      const { limit = 50, after, sort = '-created_at', ...asked } = request.query
      const page = await needs.userSearch.find({ filter: filterOf(asked), sort, limit, after })
      if (page.search !== null) reply.header('search-manner', page.search)
      return sendPage(request, reply, { items: page.items.map(userBody), next: page.next })
    },
  })
}
