import { type Static, Type } from 'typebox'
import { longestId, longestName } from './entities.ts'

// AuthZEN section 10.1.1: members that nobody knows are no mistake.
const name = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: longestName, description, examples: [example] })
const id = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: longestId, description, examples: [example] })

const userId = '0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'
const properties = Type.Optional(
  Type.Object({}, { description: 'Whatever the application likes to say; it counts for nothing' }),
)
const resourceProperties = Type.Optional(
  Type.Object(
    {},
    {
      description:
        'owner, owner_id, ownerID or ownerId: the user id or address of the owner, for permissions with @own',
      examples: [{ owner: userId }],
    },
  ),
)
const context = Type.Optional(
  Type.Object({}, { description: 'Circumstances; they count for nothing' }),
)

const subjectType = name('user or client', 'user')
const Subject = Type.Object({
  type: subjectType,
  id: id('The id of the user (the `sub` of tokens), or the client_id', userId),
  properties,
})
const SubjectKind = Type.Object({ type: subjectType, properties })
const Action = Type.Object({ name: name('The action of a permission', 'write'), properties })
const resourceType = name('The resource of a permission', 'document')
const Resource = Type.Object({
  type: resourceType,
  id: id('The id that the application gives it', '42'),
  properties: resourceProperties,
})
const ResourceKind = Type.Object({ type: resourceType, properties: resourceProperties })

export const EvaluationBody = Type.Object({
  subject: Subject,
  action: Action,
  resource: Resource,
  context,
})

export const mostEvaluations = 200
const part = (description: string) => Type.Optional(Type.Object({}, { description }))

export const EvaluationsBody = Type.Object(
  {
    subject: part('Of every question that names none'),
    action: part('Of every question that names none'),
    resource: part('Of every question that names none'),
    context,
    evaluations: Type.Optional(
      Type.Array(Type.Object({}, { description: 'subject, action, resource and context' }), {
        maxItems: mostEvaluations,
        description: 'The questions; without any, the body is a question itself',
        examples: [[{ resource: { type: 'document', id: '1' } }]],
      }),
    ),
    options: Type.Optional(
      Type.Object({
        evaluations_semantic: Type.Optional(
          Type.Enum(['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'], {
            description: 'Whether to answer all, or to stop at the first that is denied or allowed',
            examples: ['execute_all'],
          }),
        ),
      }),
    ),
  },
  {
    examples: [
      {
        subject: { type: 'user', id: userId },
        action: { name: 'read' },
        evaluations: [
          { resource: { type: 'document', id: '1' } },
          { resource: { type: 'document', id: '2' } },
        ],
      },
    ],
  },
)

const Page = Type.Optional(
  Type.Object({
    token: Type.Optional(
      Type.String({
        maxLength: 4096,
        description: 'The next_token of the page before',
        examples: [''],
      }),
    ),
    next_token: Type.Optional(
      Type.String({ maxLength: 4096, deprecated: true, description: 'The same in an older draft' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 0, description: 'At most 200', examples: [100] })),
  }),
)

export const SubjectSearchBody = Type.Object({
  subject: SubjectKind,
  action: Action,
  resource: Resource,
  context,
  page: Page,
})
export const ResourceSearchBody = Type.Object({
  subject: Subject,
  action: Action,
  resource: ResourceKind,
  context,
  page: Page,
})
export const ActionSearchBody = Type.Object({
  subject: Subject,
  resource: Resource,
  context,
  page: Page,
})

const text = (description: string, example: string) =>
  Type.Optional(Type.String({ description, examples: [example] }))

const Reason = Type.Object({
  code: Type.String({ examples: ['allowed'] }),
  message: Type.String({ examples: ['A role of the subject has this permission.'] }),
  permission: text('The permission that allows it, as a role has it', 'document:write'),
  assignment_id: text('The assignment that gives the role', userId),
  role: text('The role that the subject has', 'chief-editor'),
  defined_by: text('The role that has the permission: the same or an ancestor', 'editor'),
  group: Type.Optional(
    Type.Object(
      { id: Type.String({ examples: [userId] }), name: Type.String({ examples: ['Press'] }) },
      { description: 'The group by which the subject has the role' },
    ),
  ),
  limit: text('What the role is limited to', 'document:42'),
  missing: text('The permission that would be needed', 'document:write'),
})

const DecisionContext = Type.Object({
  reason: Type.Optional(Reason),
  error: Type.Optional(
    Type.Object({
      status: Type.Integer({ examples: [400] }),
      message: Type.String({
        examples: ['/resource/id must be a text of 1 to 1024 characters'],
      }),
    }),
  ),
})
export const DecisionAnswer = Type.Object({
  decision: Type.Boolean({ examples: [true] }),
  context: Type.Optional(DecisionContext),
})
// Not a union of the two: to find out which it is would take longer than the decisions.
export const DecisionsAnswer = Type.Object(
  {
    evaluations: Type.Optional(
      Type.Array(DecisionAnswer, { description: 'In the order of the questions' }),
    ),
    decision: Type.Optional(
      Type.Boolean({ description: 'Where the body was a question itself', examples: [true] }),
    ),
    context: Type.Optional(DecisionContext),
  },
  {
    examples: [{ evaluations: [{ decision: true }, { decision: false }] }],
  },
)

const PageAnswer = Type.Object({
  next_token: Type.String({ description: 'Empty at the end', examples: [''] }),
  count: Type.Integer({ examples: [1] }),
})
const found = Type.Object({
  type: Type.String({ examples: ['document'] }),
  id: Type.String({ examples: ['42'] }),
})

export const SubjectsFound = Type.Object({
  page: PageAnswer,
  results: Type.Array(
    Type.Object({
      type: Type.String({ examples: ['user'] }),
      id: Type.String({ examples: [userId] }),
    }),
  ),
})
export const ResourcesFound = Type.Object({
  page: PageAnswer,
  context: Type.Object({
    everything: Type.Boolean({
      description: 'It is allowed for every resource of the type, whether listed or not',
      examples: [false],
    }),
    patterns: Type.Array(Type.String({ examples: ['2026-*'] }), {
      description: 'It is allowed for all whose ids begin so',
    }),
    own: Type.Boolean({
      description: 'It is allowed for resources of their own',
      examples: [false],
    }),
  }),
  results: Type.Array(found),
})
export const ActionsFound = Type.Object({
  page: PageAnswer,
  results: Type.Array(Type.Object({ name: Type.String({ examples: ['read'] }) })),
})

const url = (path: string) => Type.String({ examples: [`https://auth.example.com${path}`] })

export const Metadata = Type.Object({
  policy_decision_point: url(''),
  access_evaluation_endpoint: url('/access/v1/evaluation'),
  access_evaluations_endpoint: url('/access/v1/evaluations'),
  search_subject_endpoint: url('/access/v1/search/subject'),
  search_resource_endpoint: url('/access/v1/search/resource'),
  search_action_endpoint: url('/access/v1/search/action'),
})

export type Metadata = Static<typeof Metadata>
