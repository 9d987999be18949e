/**
 * What each way of synchronising needs to know. None of it is secret: secrets are uploaded as the credential.
 */
import type { SyncKind } from '../../api/connectors';

export interface Setting {
  name: string;
  type: 'text' | 'number' | 'url';
  required: boolean;
}

const text = (name: string, required = true): Setting => ({ name, type: 'text', required });
const number = (name: string, required = true): Setting => ({ name, type: 'number', required });
const url = (name: string, required = true): Setting => ({ name, type: 'url', required });

export const SETTINGS: Record<SyncKind, Setting[]> = {
  heartbeat: [],
  scim: [],
  tlsProbe: [text('host'), number('port', false)],
  httpsProbe: [url('url'), number('expectedStatus', false), text('expectedText', false)],
  // Apple's own address, unless another stands in for it.
  appleVpp: [url('root', false)],
  appleDep: [url('root', false)],
  graphImport: [url('root'), url('tokenAddress'), text('clientId')],
};

/** The settings as the fields hold them. */
export function readSettings(settings: Record<string, unknown>): Record<string, string> {
  const known = Object.entries(settings).filter(([, value]) => ['string', 'number'].includes(typeof value));
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}

/** The fields as settings; what the server knows beyond them stays. */
export function writtenSettings(
  kind: SyncKind,
  values: Record<string, string>,
  known: Record<string, unknown>,
): Record<string, unknown> {
  const settings = { ...known };
  for (const { name, type } of SETTINGS[kind]) {
    const value = values[name]?.trim() ?? '';
    if (value === '') delete settings[name];
    else settings[name] = type === 'number' ? Number(value) : value;
  }
  return settings;
}
