/**
 * The rules without a page: errors, addresses, filters, formats.
 */
import type { WarehouseTable } from '../src/api/types';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../src/api/client';
import { and, literal, orderby, phrase, queryString } from '../src/api/odata';
import { deviceFilter } from '../src/api/queries';
import { initials } from '../src/app/HeaderMenus';
import { devicesSearch, explorerSearch, pageIn, safeReturnTo, sortIn } from '../src/app/search';
import { formats } from '../src/i18n/format';
import { pickLanguage } from '../src/i18n/i18n';
import { matching } from '../src/routes/devices/SoftwareTab';
import { feedPath, readable, selectOf, splitAt } from '../src/routes/warehouse/address';
import { snippet, TOOLS } from '../src/routes/warehouse/snippets';

const DEVICES = {
  name: 'devices',
  kind: 'dimension' as const,
  rows: 1,
  sizeBytes: 1,
  retentionDays: null,
  description: null,
  versions: ['v1.0', 'beta'],
  columns: [],
} satisfies WarehouseTable;

describe('failureOf', () => {
  it('reads problem details with the missing permissions', () => {
    const body = { code: 'forbidden', detail: 'No.', missing: ['Microsoft.Intune_Organization_Read'] };
    expect(failureOf(403, body)).toMatchObject({ code: 'forbidden', detail: 'No.', missing: body.missing });
  });

  it('reads the OData form and finds the position in its sentence', () => {
    const message = "There is no property 'dateKy'. Did you mean 'dateKey'? ($filter, position 7)";
    const body = { error: { code: 'UnknownProperty', message, target: '$filter' } };
    expect(failureOf(400, body)).toMatchObject({
      code: 'UnknownProperty',
      detail: message,
      target: '$filter',
      position: 7,
    });
  });

  it('counts the position from 1 and finds missing permissions inside the OData form', () => {
    const innererror = { position: 0, missing: ['Microsoft.Intune_Organization_Read'] };
    const body = { error: { code: 'malformed', message: 'No.', target: '$filter', innererror } };
    expect(failureOf(400, body)).toMatchObject({ position: 1, missing: innererror.missing });
  });

  it.each([undefined, null, 'text', 7, [], {}])('stays usable for %j', (body) => {
    expect(failureOf(502, body)).toMatchObject({ status: 502, code: 'unknown', missing: [] });
  });
});

describe('OData texts', () => {
  it('doubles quotes in literals and escapes them in phrases', () => {
    expect(literal("O'Brien")).toBe("'O''Brien'");
    expect(phrase('a "b" \\c')).toBe('"a \\"b\\" \\\\c"');
  });

  it('leaves out what is not given and encodes the rest', () => {
    expect(queryString({})).toBe('');
    expect(queryString({ filter: 'a eq 1&b', top: 50, skip: 0, search: '' })).toBe(
      '?$filter=a%20eq%201%26b&$top=50',
    );
    expect(queryString({ search: 'å b', count: true })).toBe('?$search=%22%C3%A5%20b%22&$count=true');
  });

  it('turns a sort into $orderby and joins conditions', () => {
    expect(orderby('-deviceName')).toBe('deviceName desc');
    expect(orderby('deviceName')).toBe('deviceName asc');
    expect(and([undefined, 'a', undefined, 'b'])).toBe('a and b');
    expect(and([])).toBeUndefined();
  });

  it('builds the device filter from the address', () => {
    const search = { sort: 'deviceName', page: 1, os: "x'y", compliance: 'compliant', kind: 'real' };
    expect(deviceFilter(search)).toBe(
      "operatingSystem eq 'x''y' and complianceState eq 'compliant' and isSimulated eq false",
    );
    expect(deviceFilter({ sort: 'deviceName', page: 1 })).toBeUndefined();
  });
});

describe('addresses', () => {
  it('ignores nonsense', () => {
    expect(devicesSearch({ page: '-3', sort: 'password', q: '  ' })).toEqual({});
    expect(explorerSearch({ top: '99999', version: 'v9' })).toEqual({});
    expect(pageIn('1')).toBeUndefined();
    expect(pageIn('2')).toBe(2);
    expect(sortIn('-b', ['a', 'b'])).toBe('-b');
    expect(sortIn('a', ['a', 'b'])).toBeUndefined();
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '',
    undefined,
  ])('returns to nothing but this site: %j', (value) => {
    expect(safeReturnTo(value)).toBe('/');
  });

  it('returns to a path of this site', () => {
    expect(safeReturnTo('/devices?q=a')).toBe('/devices?q=a');
  });

  it('shows and asks the same feed address', () => {
    const path = feedPath(DEVICES, {
      filter: "deviceName eq 'a b'",
      select: 'deviceKey',
      page: 3,
      top: 10,
    });
    expect(readable(path)).toBe(
      "/warehouse/v1.0/devices?$select=deviceKey&$filter=deviceName eq 'a b'&$top=10&$skip=20",
    );
    expect(path).not.toContain(' ');
  });

  it('asks for no $select when every column is chosen', () => {
    expect(selectOf(new Set(['b', 'a']), ['a', 'b', 'c'])).toBe('a,b');
    expect(selectOf(new Set(['a', 'b']), ['a', 'b'])).toBeUndefined();
    expect(selectOf(new Set(), ['a', 'b'])).toBeUndefined();
  });

  it('marks the place of a mistake, also one past the end', () => {
    expect(splitAt('dateKy eq 1', 1)).toEqual({ before: '', mark: 'd', after: 'ateKy eq 1' });
    expect(splitAt('abc', 99)).toEqual({ before: 'abc', mark: ' ', after: '' });
  });
});

describe('formats', () => {
  it('follows the language', () => {
    expect(formats('nl').number(1234.5)).toBe('1.234,5');
    expect(formats('en').bytes(16 * 1024 ** 3)).toBe('16 GB');
    expect(formats('en').bytes(0)).toBe('0 bytes');
    expect(formats('en').bytes(1536)).toBe('1.5 kB');
    expect(formats('en').dateKey(20261120)).toBe('Nov 20, 2026');
  });

  it('says how long ago, in whole units', () => {
    const now = Date.parse('2026-11-20T12:00:00Z');
    expect(formats('sv').relative('2026-11-19T00:00:00Z', now)).toBe('för 1 dag sedan');
    expect(formats('en').relative('2026-11-20T11:00:01Z', now)).toBe('59 minutes ago');
    expect(formats('nl').relative('2026-11-20T11:59:30Z', now)).toBe('nu');
  });

  it('shows a text that is no date as it came', () => {
    expect(formats('en').dateTime('soon')).toBe('soon');
  });
});

it('takes initials from any name', () => {
  expect(['Ada Admiral', 'Åsa', 'maria van der Velde', '(test) 1', ''].map(initials)).toEqual([
    'AA',
    'Å',
    'MV',
    '',
    '',
  ]);
});

it('picks the first wanted language that exists', () => {
  expect(pickLanguage([null, 'de-DE', 'sv-FI', 'nl'])).toBe('sv');
  expect(pickLanguage(['de'])).toBe('en');
});

it('finds packages by name or version, in order', () => {
  const packages = ['zlib', 'Bash', 'abc'].map((name, n) => ({ key: name, name, version: `${n}.1` }));
  expect(matching(packages, undefined).map((item) => item.name)).toEqual(['Bash', 'abc', 'zlib']);
  expect(matching(packages, 'BA').map((item) => item.name)).toEqual(['Bash']);
  expect(matching(packages, '2.1').map((item) => item.name)).toEqual(['abc']);
});

it.each(TOOLS.filter((tool) => tool !== 'duckdb'))('%s gets this server and no secret', (tool) => {
  const values = {
    origin: 'https://q.example',
    tenantId: 'T',
    root: 'https://q.example/warehouse/v1.0/',
    duckdbAttach: '',
  };
  const code = snippet(tool, values);
  expect(code).toContain('https://q.example/T');
  expect(code).toContain('CLIENT_SECRET');
});

describe('the version a table is asked in', () => {
  it('is the chosen one, else the first that shows it', () => {
    const extended = { ...DEVICES, name: 'currentUsers', versions: ['extended'] };
    expect(feedPath(extended, {})).toMatch(/^\/warehouse\/extended\/currentUsers\?/);
    expect(feedPath(DEVICES, {})).toMatch(/^\/warehouse\/v1\.0\/devices\?/);
    expect(feedPath(DEVICES, { version: 'beta' })).toMatch(/^\/warehouse\/beta\/devices\?/);
  });

  it('groups the rows that the filter leaves', () => {
    const path = feedPath(DEVICES, { by: 'model', filter: "osVersion eq '15'" });
    expect(decodeURIComponent(path)).toBe(
      "/warehouse/v1.0/devices?$apply=filter(osVersion eq '15')/groupby((model),aggregate($count as amount))&$orderby=amount desc&$top=50",
    );
  });
});
