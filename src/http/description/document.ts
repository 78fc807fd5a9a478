/** The parts of an OpenAPI 3.1 document that are looked into here. */
export type Schema = {
  readonly $ref?: string
  readonly title?: string
  readonly description?: string
  readonly type?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
}

export type Media = {
  readonly schema?: Schema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}
export type Content = Readonly<Record<string, Media>>
export type Header = { readonly $ref?: string; readonly description?: string; schema?: Schema }
export type Headers = Readonly<Record<string, Header>>

export type Answer = {
  readonly $ref?: string
  readonly description?: string
  readonly headers?: Headers
  readonly content?: Content
}

export type Parameter = {
  readonly $ref?: string
  readonly name?: string
  readonly in?: 'query' | 'path' | 'header' | 'cookie'
  readonly required?: boolean
  readonly description?: string
  readonly schema?: Schema
  readonly example?: unknown
}

export type Operation = {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly deprecated?: boolean
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, Answer>>
  /** The permission that is needed, or `public`, `self` or `client`. */
  readonly 'x-permission'?: string
  /** The path parameter whose thing the permission may be limited to. */
  readonly 'x-permission-of'?: string
  /** Who asks about themselves does not need the permission. */
  readonly 'x-permission-except-self'?: true
  readonly 'x-recent-proof'?: true
  readonly 'x-people-only'?: true
  readonly 'x-sunset'?: string
  /** What the route says of itself, until it is written out. */
  readonly 'x-route'?: Marks
}

/** What the routes say of themselves, on its way into the document. */
export type Marks = { readonly etag?: 'shown' | 'asked'; readonly repeatable?: boolean }

export type Document = {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas?: Readonly<Record<string, Schema>>
    readonly responses?: Readonly<Record<string, Answer>>
    readonly parameters?: Readonly<Record<string, Parameter>>
    readonly headers?: Readonly<Record<string, Header>>
    readonly securitySchemes?: Readonly<Record<string, unknown>>
  }
}

/** The document with every operation replaced. */
export function mapOperations(
  document: Document,
  change: (operation: Operation, method: string, path: string) => Operation,
): Document {
  const paths = Object.entries(document.paths).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => [
        method,
        change(operation, method, path),
      ]),
    ),
  ])
  return { ...document, paths: Object.fromEntries(paths) }
}

/** Every media type of an operation replaced: what is sent and what is answered. */
export function mapMedia(
  operation: Operation,
  change: (media: Media, role: 'Body' | 'Answer', status: string) => Media,
): Operation {
  const of = (content: Content, role: 'Body' | 'Answer', status = ''): Content =>
    Object.fromEntries(
      Object.entries(content).map(([type, media]) => [type, change(media, role, status)]),
    )
  const { requestBody, responses } = operation
  return {
    ...operation,
    ...(requestBody && {
      requestBody: { ...requestBody, content: of(requestBody.content, 'Body') },
    }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, answer]) => [
        status,
        answer.content === undefined
          ? answer
          : { ...answer, content: of(answer.content, 'Answer', status) },
      ]),
    ),
  }
}
