import { failures } from '../../base/index.ts'

export const resourceFailures = failures({
  unknown_resource: ['not_found', 404, 'There is no such resource.'],
  resource_taken: ['resource_taken', 409, 'There is a resource of this identifier already.'],
  invalid_resource: ['invalid_request', 400, 'The resource is not valid.'],
  resource_changed: [
    'precondition_failed',
    412,
    'This was changed meanwhile. Please load it again and repeat your change.',
  ],
})
