import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { completeMetadata, metadataProblems } from '../metadata.ts'
import { ClientInput } from '../schemas.ts'

const input: ClientInput = { client_name: 'App', redirect_uris: ['https://app.example.com/cb'] }

function pointers(part: Partial<ClientInput>): string[] {
  return metadataProblems(completeMetadata({ ...input, ...part })).map(({ pointer }) => pointer)
}

test('no metadata of the right shape makes a rule throw, and every pointer names a member', () => {
  const uri = fc.oneof(fc.webUrl(), fc.string({ maxLength: 20 }), fc.constant('com.example:/x'))
  const members = Object.keys(ClientInput.properties)
  const any = fc.record(
    {
      redirect_uris: fc.array(uri, { maxLength: 3 }),
      jwks_uri: uri,
      sector_identifier_uri: uri,
      request_uris: fc.array(uri, { maxLength: 2 }),
      frontchannel_logout_uri: uri,
      backchannel_logout_uri: uri,
      initiate_login_uri: uri,
      subject_type: fc.constantFrom('public' as const, 'pairwise' as const),
      profile: fc.constantFrom('none' as const, 'fapi2' as const),
      application_type: fc.constantFrom('web' as const, 'native' as const),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(any, (part) => {
      for (const pointer of pointers(part)) {
        assert.ok(members.includes(pointer.split('/')[1] ?? ''), pointer)
      }
    }),
  )
})
