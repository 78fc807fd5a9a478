import type { MetadataNeeds, MetadataPart } from '../discovery.ts'
import { deviceCode } from './start-device.ts'

/** RFC 8628 section 4. */
export function deviceMetadata({ at }: MetadataNeeds): MetadataPart {
  return {
    device_authorization_endpoint: at('/oauth/device'),
    grant_types_supported: [deviceCode],
  }
}
