import buildAjv from '@fastify/ajv-compiler'
import buildStringify from '@fastify/fast-json-stringify-compiler'

type ValidatorBuilder = ReturnType<typeof buildAjv>
type SerializerBuilder = ReturnType<typeof buildStringify>

/**
 * Compiles the schemas of a route when it is called first and not at the start: there are hundreds of them,
 * which would take a second and much memory, and a process uses only some.
 */
export function lazyCompilers(): {
  readonly buildValidator: ValidatorBuilder
  readonly buildSerializer: SerializerBuilder
} {
  const ajv = buildAjv()
  const stringify = buildStringify()
  return {
    buildValidator: (schemas, options) => {
      const compile = ajv(schemas, options)
      return (schema) => {
        let validate: ReturnType<typeof compile> | undefined
        // The caller looks for the errors on the function that it called.
        const lazy = Object.assign(
          (data: unknown) => {
            validate ??= compile(schema)
            const valid = validate(data)
            lazy.errors = validate.errors
            return valid
          },
          { errors: undefined as ReturnType<typeof compile>['errors'] },
        )
        return lazy as ReturnType<typeof compile>
      }
    },
    buildSerializer: (schemas, options) => {
      const compile = stringify(schemas, options)
      return (route) => {
        let serialise: ReturnType<typeof compile> | undefined
        return (data) => {
          serialise ??= compile(route)
          return serialise(data)
        }
      }
    },
  }
}
