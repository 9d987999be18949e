/**
 * The three languages say the same things, with the seeds' own words.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import enCore from '../src/locales/en.json';
import enHub from '../src/locales/hub/en.json';
import nlHub from '../src/locales/hub/nl.json';
import svHub from '../src/locales/hub/sv.json';
import nlCore from '../src/locales/nl.json';
import svCore from '../src/locales/sv.json';

const en = { ...enCore, ...enHub };
const nl = { ...nlCore, ...nlHub };
const sv = { ...svCore, ...svHub };

const english: Record<string, string> = en;
const all: [string, Record<string, string>][] = [
  ['en', english],
  ['nl', nl],
  ['sv', sv],
];

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map((found) => found[1] ?? '').toSorted();
}

describe.each(all)('%s', (_, words) => {
  it('has the keys of English, in the same order', () => {
    expect(Object.keys(words)).toEqual(Object.keys(english));
  });

  it('has no empty text and no stray spaces', () => {
    expect(Object.entries(words).filter(([, text]) => text === '' || text !== text.trim())).toEqual([]);
  });

  it('fills the same places as English', () => {
    const differing = Object.keys(words).filter(
      (key) => placeholders(words[key] ?? '').join() !== placeholders(english[key] ?? '').join(),
    );
    expect(differing).toEqual([]);
  });

  it('has both plural forms wherever it has one', () => {
    const ones = Object.keys(words).filter((key) => key.endsWith('_one'));
    expect(ones.length).toBeGreaterThan(0);
    expect(ones.filter((key) => !(key.replace(/_one$/, '_other') in words))).toEqual([]);
  });
});

it('has every key in one file only', () => {
  expect(Object.keys(enHub).filter((key) => key in enCore)).toEqual([]);
});

it('keeps the words of the documentation this product follows', () => {
  const pinned: [string, string, string, string][] = [
    ['page.tenantStatus', 'Tenant Status', 'Tenantstatus', 'Klientorganisationsstatus'],
    ['tab.tenantDetails', 'Tenant details', 'Tenantgegevens', 'Information om klientorganisation'],
    ['tenant.mdmAuthority', 'MDM Authority', 'MDM-instantie', 'MDM-utfärdare'],
    [
      'tenant.licenses.devicesNotShown',
      "Licenses for devices aren't shown.",
      'De licenties voor apparaten worden niet weergegeven.',
      'Licenser för enheter visas inte.',
    ],
    ['page.users', 'Users', 'Gebruikers', 'Användare'],
    ['tab.connectorStatus', 'Connector status', 'Connectorstatus', 'Kopplingsstatus'],
    ['connectorHealth.unhealthy', 'Unhealthy', 'Niet in orde', 'Ej felfri'],
    ['connectorHealth.warning', 'Warning', 'Waarschuwing', 'Varning'],
    ['connectorHealth.healthy', 'Healthy', 'In orde', 'Felfri'],
    [
      'health.seePast',
      'See past Incidents/Advisories',
      'Incidenten/advies uit het verleden bekijken',
      'Se tidigare incidenter/rekommendationer',
    ],
    ['messages.seePast', 'See past Messages', 'Oudere berichten weergeven', 'Se tidigare meddelanden'],
    [
      'connectors.ruleGroup',
      'The least healthy status of any single connector is used as the health for the group.',
      'De slechtste status van alle connectors in een groep wordt gebruikt als de status van de gehele groep.',
      'Den lägsta statusen för ett enskilt anslutningsprogram används som hälsotillstånd för gruppen.',
    ],
    [
      'connectorReason.expiresSoon',
      'The certificate or credential will expire within seven days',
      'Het certificaat of de referentie verloopt binnen zeven dagen',
      'Certifikatet eller autentiseringsuppgiften upphör att gälla inom sju dagar',
    ],
    [
      'connectorReason.successLongAgo',
      'The last synchronization was three or more days ago',
      'De laatste synchronisatie is drie of meer dagen geleden',
      'Den senaste synkroniseringen genomfördes för minst tre dagar sedan',
    ],
  ];
  const [[, e], [, n], [, s]] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
  for (const [key, ...texts] of pinned) expect([e[key], n[key], s[key]]).toEqual(texts);
});

it('addresses people formally in Dutch and informally in Swedish', () => {
  expect(Object.values(nl).filter((text) => /\b(je|jij|jouw)\b/i.test(text))).toEqual([]);
  expect(Object.values(sv).filter((text) => /\b(ni|er|ert|era)\b/i.test(text))).toEqual([]);
});

it('has no key that nothing uses', () => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => readFileSync(join('src', path), 'utf8'))
    .join('\n');
  const computed =
    /^(connect|device\.tab|theme|compliance|ownership|mdmAuthority|accountStatus|encryption|interfaceKind|managementAgent|enrollmentType|tableKind|measure|auditResult|actorType|permission|connectorHealth|location|serviceName|feature|serviceStatus|classification|severity|messageCategory|connectorKind|connectorValue|connectorReason|credentialHelp|syncKind|syncSetting|factName|runOutcome|topic|channelKind|deliveryState)\./;
  const unused = Object.keys(english)
    .map((key) => key.replace(/_(one|other)$/, ''))
    .filter((key) => !computed.test(key) && !source.includes(`'${key}'`));
  expect(unused).toEqual([]);
});
