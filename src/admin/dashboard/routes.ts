import { callerMay, callerOf, needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { readDashboard } from './read-dashboard.ts'
import { DashboardBody, DaysQuery } from './schemas.ts'

export function dashboardRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get('/api/v1/admin/dashboard', {
    config: permission('cardea.dashboard:read'),
    schema: {
      tags: ['dashboard'],
      operationId: 'getDashboard',
      summary: 'Counts, days and the state of the server',
      description: 'Numbers are kept as things happen and are some seconds old.',
      querystring: DaysQuery,
      response: { 200: DashboardBody, ...problems },
    },
    handler: async (request) => {
      const { days = 30 } = request.query
      const withAudit = await callerMay(needs.access, callerOf(request), 'cardea.audit:read')
      return readDashboard(needs, { days, withAudit })
    },
  })
}
