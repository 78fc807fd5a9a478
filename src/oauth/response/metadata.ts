import { signingAlgorithms } from '../../keys/index.ts'
import { answerEncryption } from '../answer.ts'
import { promptValues } from '../authorize/request.ts'
import type { MetadataNeeds, MetadataPart } from '../discovery.ts'
import { responseModes } from '../../clients/index.ts'
import { legacyResponseTypes, plainResponseTypes } from './response-type.ts'

/** OIDC Discovery section 3, JARM section 4, Initiating User Registration 1.0 section 4.2. */
export function responseMetadata({ settings, signUp }: MetadataNeeds): MetadataPart {
  const legacy = settings.legacyResponseTypes
  return {
    response_types_supported: [...plainResponseTypes, ...(legacy ? legacyResponseTypes : [])],
    response_modes_supported: responseModes,
    ...(legacy && { grant_types_supported: ['implicit'], claims_supported: ['c_hash', 's_hash'] }),
    prompt_values_supported: promptValues(signUp),
    id_token_signing_alg_values_supported: signingAlgorithms,
    id_token_encryption_alg_values_supported: answerEncryption.alg,
    id_token_encryption_enc_values_supported: answerEncryption.enc,
    authorization_signing_alg_values_supported: signingAlgorithms,
    authorization_encryption_alg_values_supported: answerEncryption.alg,
    authorization_encryption_enc_values_supported: answerEncryption.enc,
  }
}
