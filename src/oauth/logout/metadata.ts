import type { MetadataNeeds, MetadataPart } from '../discovery.ts'

/** Back-Channel Logout 1.0 section 2.1, Front-Channel Logout 1.0 section 3, Session Management 1.0 section 3.3. */
export function logoutMetadata({ at }: MetadataNeeds): MetadataPart {
  return {
    end_session_endpoint: at('/oauth/logout'),
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
    check_session_iframe: at('/oauth/session'),
  }
}
