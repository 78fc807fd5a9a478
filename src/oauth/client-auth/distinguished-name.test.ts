import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { issueCertificate } from '../../../test/harness/issued-certificate.ts'
import { canonicalName, canonicalSubject } from './distinguished-name.ts'

const { raw } = issueCertificate({
  subject: [
    [['C', 'DE']],
    [['O', 'Exämple, "Inc" + \\ #1\nx']],
    [
      ['CN', ' client '],
      ['UID', '#42\\'],
    ],
    [['organizationIdentifier', 'PSD-1']],
  ],
})
const subject = canonicalSubject(new X509Certificate(raw).subject)
const company = String.raw`O=Exämple\, \"Inc\" \+ \\ #1\0Ax`

test('RFC 4514: a subject is the same in every spelling', () => {
  assert.ok(subject !== undefined)
  for (const text of [
    String.raw`organizationIdentifier=PSD-1,CN=\ client\ +UID=\#42\\,${company},C=DE`,
    String.raw`2.5.4.97=PSD-1, uid=\2342\5c + cn=\20client\20 , ${company} , c=DE`,
    String.raw`OID.2.5.4.97=#0c055053442D31,CN=\ client\ +UID=\#42\\,O=Ex\C3\A4mple\2C \22Inc\22 \2b \\ #1\0ax,C=DE`,
  ]) {
    assert.equal(canonicalName(text), subject, text)
  }
})

test('another name is another: other values, order, and names that are glued together', () => {
  for (const text of [
    '',
    'CN=client',
    String.raw`C=DE,${company},CN=\ client\ +UID=\#42\\,organizationIdentifier=PSD-1`,
    String.raw`organizationIdentifier=PSD-1,CN=client+UID=\#42\\,${company},C=DE`,
    String.raw`organizationIdentifier=PSD-1,CN=\ client\ ,UID=\#42\\,${company},C=DE`,
    String.raw`organizationIdentifier=psd-1,CN=\ client\ +UID=\#42\\,${company},C=DE`,
  ]) {
    assert.notEqual(canonicalName(text), subject, text)
  }
  assert.notEqual(canonicalName(String.raw`CN=a\,O=b`), canonicalName('CN=a,O=b'))
})

test('what is no name is none', () => {
  for (const text of [
    'x',
    '=x',
    'CN',
    'CN=a,',
    'CN=a+',
    'CN=a;O=b',
    'CN="a"',
    'CN=#zz',
    'CN=a,,O=b',
  ]) {
    assert.equal(canonicalName(text), undefined, text)
  }
})
