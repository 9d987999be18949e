/**
 * The rules of the hub without a page: what is shown first, what was when, and what a file becomes.
 */
import { renderToStaticMarkup } from 'react-dom/server';
import { createElement, Fragment } from 'react';
import { describe, expect, it } from 'vitest';
import type { ConnectorSummary, Expiring, HealthChange } from '../src/api/connectors';
import { instancePath } from '../src/api/connectors';
import { freshSettings } from '../src/api/notifications';
import { deliveriesSearch, serviceHealthSearch } from '../src/app/search';
import { formats } from '../src/i18n/format';
import { base64Of } from '../src/routes/connectors/base64';
import { shownFirst } from '../src/routes/connectors/ConnectorList';
import { daysIn } from '../src/routes/connectors/EarlyWarnings';
import { byMonth } from '../src/routes/connectors/Expirations';
import { readable } from '../src/routes/connectors/facts';
import { readSettings, writtenSettings } from '../src/routes/connectors/settings';
import { DAYS, groupSpans, spans } from '../src/routes/connectors/Timeline';
import { heartbeatCommand } from '../src/routes/connectors/TokenDialog';
import { endOfDay, isSafeAddress, names } from '../src/routes/service-health/typed';
import { readHtml } from '../src/ui/RichText';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(NOW - days * DAY_MS).toISOString();

function summary(type: string, health: ConnectorSummary['status']['health']): ConnectorSummary {
  const status = { health, reason: '', timestamp: null, thresholdSeconds: null, changesAt: null };
  return { type, status } as ConnectorSummary;
}

const many = (health: ConnectorSummary['status']['health'], count: number) =>
  Array.from({ length: count }, (_, n) => summary(`${health}${n}`, health));

const change = (days: number, healthBefore: HealthChange['healthBefore'], health: HealthChange['health']) =>
  ({ at: ago(days), healthBefore, health }) as HealthChange;

const named = (instanceId: string, one: HealthChange) => ({ ...one, instanceId });

const thing = (iso: string) => ({ expiresAt: iso }) as Expiring;

describe('the list of connectors', () => {
  it('shows five first', () => {
    expect(shownFirst([...many('warning', 2), ...many('healthy', 9)])).toHaveLength(5);
    expect(shownFirst(many('healthy', 3))).toHaveLength(3);
  });

  it('hides nothing that is unwell', () => {
    expect(shownFirst([...many('unhealthy', 4), ...many('warning', 3), ...many('healthy', 9)])).toHaveLength(
      7,
    );
  });
});

describe('the timeline', () => {
  it('joins the changes without a gap, the newest up to now', () => {
    const found = spans([change(9, 'healthy', 'unhealthy'), change(45, null, 'healthy')], 'unhealthy', NOW);
    expect(found).toEqual([
      { from: 0.5, to: 0.9, health: 'healthy' },
      { from: 0.9, to: 1, health: 'unhealthy' },
    ]);
  });

  it('goes back to its left end when something was there before', () => {
    const found = spans([change(9, 'warning', 'healthy')], 'healthy', NOW);
    expect(found[0]).toEqual({ from: 0, to: 0.9, health: 'warning' });
  });

  it('shows the least healthy of several', () => {
    const changes = [
      named('b', change(9, 'healthy', 'warning')),
      named('a', change(18, 'unhealthy', 'healthy')),
      named('a', change(45, 'healthy', 'unhealthy')),
    ];
    const members = [
      { id: 'a', current: 'healthy' as const },
      { id: 'b', current: 'warning' as const },
    ];
    expect(groupSpans(changes, members, NOW)).toEqual([
      { from: 0, to: 0.5, health: 'healthy' },
      { from: 0.5, to: 0.8, health: 'unhealthy' },
      { from: 0.8, to: 0.9, health: 'healthy' },
      { from: 0.9, to: 1, health: 'warning' },
    ]);
    expect(groupSpans([], [], NOW)).toEqual([]);
  });

  it('is of one piece when nothing changed', () => {
    expect(spans([], 'healthy', NOW)).toEqual([{ from: 0, to: 1, health: 'healthy' }]);
    expect(DAYS).toBe(90);
  });
});

describe('the picture of expiries', () => {
  it('puts each into its month, and what has expired into the first', () => {
    const months = byMonth(
      [thing('2026-01-01T12:00:00Z'), thing('2026-12-15T12:00:00Z'), thing('2027-10-15T12:00:00Z')],
      NOW,
    );
    expect(months).toHaveLength(12);
    expect(months.map(({ things }) => things.length)).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('leaves out what expires later than in a year', () => {
    const months = byMonth([thing('2027-11-15T12:00:00Z')], NOW);
    expect(months.every(({ things }) => things.length === 0)).toBe(true);
  });
});

it('reads days however they are written, and refuses what is no day', () => {
  expect(daysIn('30, 14 7;1')).toEqual([30, 14, 7, 1]);
  expect(daysIn('')).toEqual([]);
  expect(daysIn('soon')).toBeUndefined();
  expect(daysIn('0')).toBeUndefined();
  expect(daysIn('731')).toBeUndefined();
});

it('keeps settings that it does not know', () => {
  const known = { host: 'a', other: [1] };
  expect(readSettings(known)).toEqual({ host: 'a' });
  expect(writtenSettings('tlsProbe', { host: ' b ', port: '8443' }, known)).toEqual({
    host: 'b',
    other: [1],
    port: 8443,
  });
  expect(writtenSettings('tlsProbe', { host: '' }, known)).toEqual({ other: [1] });
});

it('takes the words of HTML and none of its power', () => {
  const html =
    '<p onclick="x()">Do <b>this</b></p><script>bad()</script><img src=x onerror=y><ul><li>a</li></ul>' +
    '<a href="javascript:x()">no</a><a href="https://a.example/?q=1">yes</a>';
  const drawn = renderToStaticMarkup(createElement(Fragment, null, ...readHtml(html)));
  expect(drawn).toContain('<p>Do <strong>this</strong></p><ul><li>a</li></ul>no');
  expect(drawn).toContain('href="https://a.example/?q=1"');
  expect(drawn).not.toMatch(/script|onclick|onerror|<img/);
});

it('turns a file into base64, longer ones too', async () => {
  expect(await base64Of(new Blob(['Quarterdeck']))).toBe('UXVhcnRlcmRlY2s=');
  const long = new Uint8Array(100_000).fill(255);
  expect(atob(await base64Of(new Blob([long])))).toHaveLength(100_000);
});

it('names what is not known by name', () => {
  expect(readable('serialNumber')).toBe('Serial number');
});

it('tells a length of time in whole units', () => {
  expect(formats('en').duration(300)).toBe('5 minutes');
  expect(formats('nl').duration(86_400)).toBe('1 dag');
  expect(formats('sv').duration(90)).toBe('90 sekunder');
});

it('writes a heartbeat that can be pasted', () => {
  const command = heartbeatCommand('https://deck.example/api/heartbeat/t');
  expect(command).toMatch(/^curl .*"status":"success".* https:\/\/deck\.example\/api\/heartbeat\/t$/);
});

it('reads addresses of the hub, and what makes no sense counts as not given', () => {
  expect(serviceHealthSearch({ past: 'issues', messages: 'x' })).toEqual({
    past: 'issues',
    messages: undefined,
  });
  expect(deliveriesSearch({ page: '2', state: 'failed' })).toEqual({ page: 2, state: 'failed' });
  expect(instancePath('a/b', '1', 'sync')).toBe('/api/tenantStatus/connectors/a%2Fb/instances/1/sync');
});

it('starts a channel with everything, at once', () => {
  expect(freshSettings('nl', ['message'])).toMatchObject({
    topics: ['message'],
    pace: 'atOnce',
    language: 'nl',
  });
});

describe('what an operator types', () => {
  it('is names with commas between them, each once', () => {
    expect(names(' Mail, Devices ,, Mail ')).toEqual(['Mail', 'Devices']);
    expect(names(' , ')).toEqual([]);
  });

  it('is a day that ends where the reader is', () => {
    expect(endOfDay('')).toBeUndefined();
    expect(endOfDay('2026-13-01')).toBeUndefined();
    expect(endOfDay('2026-11-21')).toBe(new Date(2026, 10, 21, 23, 59, 59).toISOString());
  });

  it('is an address that a secret may go to', () => {
    for (const good of [
      'https://graph.example/v1.0',
      'http://127.0.0.1:8080/x',
      'http://localhost/x',
      ' https://a ',
    ]) {
      expect(isSafeAddress(good), good).toBe(true);
    }
    for (const bad of [
      '',
      'graph.example',
      'http://graph.example',
      'https://a/?x=1',
      'https://a/#x',
      'ftp://a',
    ]) {
      expect(isSafeAddress(bad), bad).toBe(false);
    }
  });
});
