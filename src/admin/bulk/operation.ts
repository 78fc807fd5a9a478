import type { OwnPermission, SubjectKey } from '../../access/index.ts'
import type { Origin } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import type { PersonFilter } from '../users/search/person-filter.ts'

/** What can be done to many, and the permission that each change needs beside the one for bulk operations. */
export const operations = {
  deactivate: 'cardea.user:deactivate',
  reactivate: 'cardea.user:deactivate',
  end_sessions: 'cardea.session:end',
  delete: 'cardea.user:delete',
  assign_role: 'cardea.assignment:manage',
  unassign_role: 'cardea.assignment:manage',
  add_to_group: 'cardea.group:manage',
  remove_from_group: 'cardea.group:manage',
  require_enrolment: 'cardea.factor:manage',
} as const satisfies Readonly<Record<string, OwnPermission>>

export type OperationName = keyof typeof operations
export const operationNames = Object.keys(operations) as OperationName[]

/** Whether a permission can be had for single users: roles and groups are managed as a whole. */
export function isAboutUsers(operation: OperationName): boolean {
  return !operation.endsWith('_role') && !operation.endsWith('_group')
}

export type Parameters = { readonly role?: string; readonly group?: string }

/** As whom each change is decided and made. */
export type Requester = {
  readonly subject: SubjectKey
  readonly actor: string
  /** What the key may do by which the operation was asked for. */
  readonly scopes: readonly string[] | null
}

export type OperationState = 'queued' | 'running' | 'done' | 'cancelled' | 'failed'

export type BulkError = { readonly user_id: UserId; readonly code: string }

export type BulkOperation = {
  readonly id: string
  readonly operation: OperationName
  readonly parameters: Parameters
  readonly state: OperationState
  readonly requestedBy: Requester
  readonly requestOrigin: Origin
  readonly filter: PersonFilter | null
  /** Who came later is not meant. */
  readonly horizon: Date
  /** Null while nobody knows. */
  readonly total: number | null
  readonly done: number
  readonly failed: number
  /** The first ones. */
  readonly errors: readonly BulkError[]
  readonly createdAt: Date
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
}

/** How far an operation has come: the last user, and where a filter goes on. */
export type Reached = { readonly at: string | null; readonly id: UserId | null }
