/**
 * A stand-in for the server while working on the interface: serves `dist/` as the server does (nonce and
 * content security policy included) and answers the JSON API from made-up data. Not for any other use.
 *
 *   npm run build && npm run mock            # prints its address; PORT=… chooses the port
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as data from './mock-data.mjs';
import * as hub from './mock-hub.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const ADMIN = { user: 'admin@contoso.example', password: 'mock' };
const CSRF = 'mock-csrf-token';
const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

class Refusal extends Error {
  constructor(status, body) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

const problem = (status, code, detail, more = {}) =>
  new Refusal(status, { type: 'about:blank', title: code, status, code, detail, ...more });
const odataError = (status, code, message, target, position) =>
  new Refusal(status, {
    error: { code, message, target, innererror: position === undefined ? undefined : { position } },
  });

function send(response, status, body, headers = {}) {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  response.end(text);
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** `name eq 'text'`, `name ge 5`, joined by `and`: all the interface sends, and enough to be wrong in. */
function filterOf(text, known) {
  if (!text) return () => true;
  const tests = [];
  const term = /\s*(\w+)\s+(eq|ne|ge|le|gt|lt)\s+('(?:[^']|'')*'|[^\s]+)\s*(and\s+|$)/y;
  while (term.lastIndex < text.length) {
    const start = term.lastIndex;
    const found = term.exec(text);
    if (!found)
      throw odataError(
        400,
        'InvalidSyntax',
        `A comparison such as name eq 'value' is expected here.`,
        '$filter',
        start,
      );
    const [whole, name, operator, raw] = found;
    if (!known.includes(name)) {
      const at = start + whole.indexOf(name);
      throw odataError(
        400,
        'UnknownProperty',
        `There is no property '${name}'. Did you mean '${known[0]}'?`,
        '$filter',
        at,
      );
    }
    const value = raw.startsWith("'")
      ? raw.slice(1, -1).replaceAll("''", "'")
      : raw === 'true'
        ? true
        : raw === 'false'
          ? false
          : Number(raw);
    const compare = {
      eq: (a) => a === value,
      ne: (a) => a !== value,
      ge: (a) => a >= value,
      le: (a) => a <= value,
      gt: (a) => a > value,
      lt: (a) => a < value,
    };
    tests.push((row) => compare[operator](row[name]));
  }
  return (row) => tests.every((test) => test(row));
}

function list(rows, query, known = Object.keys(rows[0] ?? {})) {
  const search = query.get('$search')?.replaceAll(/^"|"$/g, '').toLowerCase();
  const [by, direction] = (query.get('$orderby') ?? '').split(' ');
  let found = rows.filter(filterOf(query.get('$filter'), known));
  if (search)
    found = found.filter((row) =>
      Object.values(row).some((value) => String(value).toLowerCase().includes(search)),
    );
  if (by) {
    const sign = direction === 'desc' ? -1 : 1;
    found = found.toSorted(
      (a, b) =>
        sign *
        (String(a[by] ?? '') < String(b[by] ?? '') ? -1 : String(a[by] ?? '') > String(b[by] ?? '') ? 1 : 0),
    );
  }
  const skip = Number(query.get('$skip') ?? 0);
  const select = query.get('$select')?.split(',');
  const value = found
    .slice(skip, skip + Number(query.get('$top') ?? 100))
    .map((row) => (select ? Object.fromEntries(select.map((name) => [name, row[name]])) : row));
  return { ...(query.get('$count') === 'true' ? { '@odata.count': found.length } : {}), value };
}

function countBy(rows, name) {
  const counts = new Map();
  for (const row of rows) counts.set(row[name], (counts.get(row[name]) ?? 0) + 1);
  const value = [...counts].map(([key, amount]) => ({ [name]: key, amount }));
  return value.toSorted((a, b) => b.amount - a.amount);
}

function one(rows, id, refusal) {
  const found = rows.find((row) => row.id === id);
  if (!found) throw refusal;
  return found;
}

function auditPage(query) {
  for (const name of query.keys()) {
    if (!['$top', '$skiptoken', '$count'].includes(name))
      throw problem(501, 'not_implemented', `The option '${name}' is not supported here.`);
  }
  const top = Number(query.get('$top') ?? 50);
  const from = Number(query.get('$skiptoken') ?? 0);
  const more =
    from + top < data.auditEvents.length
      ? { '@odata.nextLink': `http://mock/api/auditEvents?$top=${top}&$skiptoken=${from + top}` }
      : {};
  return {
    '@odata.count': data.auditEvents.length,
    value: data.auditEvents.slice(from, from + top),
    ...more,
  };
}

const origin = (request) => `http://${request.headers.host}`;
const noDevice = (id) => odataError(404, 'ResourceNotFound', `There is no device ${id}.`);

const missing = (detail) => problem(404, 'not_found', detail);

const reads = [
  ...hub.reads(missing, list),
  [
    /^\/api\/session$/,
    () => ({
      user: { id: data.users[0].id, displayName: 'Ada Admiral', userPrincipalName: ADMIN.user },
      tenant: data.tenant,
      permissions: [
        'Microsoft.Intune_Organization_Read',
        'Microsoft.Intune_ManagedDevices_Read',
        'Microsoft.Intune_ManagedDevices_Retire',
        'Quarterdeck_Warehouse_PublishSnapshot',
        'Quarterdeck_ServiceHealth_Update',
        'Quarterdeck_MessageCenter_Update',
      ],
      csrfToken: CSRF,
      version: '0.1.0',
      locale: null,
    }),
  ],
  [
    /^\/api\/tenantStatus\/details$/,
    () => ({
      tenantName: data.tenant.displayName,
      tenantLocation: 'Rotterdam, harbour office',
      mdmAuthority: 'intune',
      accountStatus: 'active',
      serviceRelease: '0.1.0',
      totalEnrolledDevices: data.devices.length,
      totalLicensedUsers: 1204,
      totalLicenses: 1500,
      assignedLicenses: 1204,
      licenses: [
        {
          skuPartNumber: 'QUARTERDECK_STANDARD',
          displayName: 'Quarterdeck Standard',
          enabledUnits: 1000,
          consumedUnits: 904,
        },
        {
          skuPartNumber: 'QUARTERDECK_FRONTLINE',
          displayName: 'Quarterdeck Frontline',
          enabledUnits: 500,
          consumedUnits: 300,
        },
      ],
      lastSnapshotDateKey: 20261120,
    }),
  ],
  [/^\/api\/whatsNew$/, () => data.whatsNew],
  [/^\/graph\/v1\.0\/deviceManagement\/managedDevices$/, (_, query) => list(data.devices, query)],
  [
    /^\/graph\/v1\.0\/deviceManagement\/managedDevices\/([^/]+)$/,
    ([id]) => one(data.devices, id, noDevice(id)),
  ],
  [
    /^\/api\/devices\/([^/]+)\/inventory$/,
    ([id]) => data.inventory(id) ?? Promise.reject(problem(404, 'not_found', 'There is no such device.')),
  ],
  [/^\/graph\/v1\.0\/users$/, (_, query) => list(data.users, query)],
  [/^\/api\/enrollmentTokens$/, () => ({ value: data.enrollmentTokens })],
  [/^\/api\/applications$/, () => ({ value: data.applications })],
  [/^\/api\/auditEvents$/, (_, query) => auditPage(query)],
  [
    /^\/api\/warehouse\/charts$/,
    () => ({
      value: ['termsAcceptance', 'appProtection', 'configuration', 'enrollment'].map((name) => ({
        name,
        table: name,
        href: `/api/warehouse/charts/${name}`,
      })),
    }),
  ],
  [
    /^\/api\/warehouse\/moves$/,
    () => ({
      value: [
        {
          movedDateTime: '2026-10-01T08:00:00Z',
          location: 'This server',
          previousLocation: 'The old server',
          explanation: '/data-warehouse/moved',
        },
      ],
    }),
  ],
  [
    /^\/api\/warehouse\/retention$/,
    () => ({
      noticeDays: 7,
      tables: data.tables
        .filter((table) => table.retentionDays !== null)
        .map((table, index) => ({
          name: table.name,
          retentionDays: table.retentionDays,
          defaultDays: table.retentionDays,
          announced: index === 0 ? { retentionDays: 30, effectiveDate: '2026-11-27' } : null,
          oldestDateKey: 20261021,
          newestDateKey: 20261120,
          days: 31,
          nextDrop: index === 0 ? { days: 12, date: '2026-11-27' } : null,
          state: index === 0 ? 'warning' : 'kept',
        })),
    }),
  ],
  [
    /^\/api\/warehouse$/,
    (_, __, request) => ({
      feedUrl: `${origin(request)}/ReportingService/DataWarehouseFEService?api-version=v1.0`,
      feedUrlBeta: `${origin(request)}/ReportingService/DataWarehouseFEService?api-version=beta`,
      pathRoot: `${origin(request)}/warehouse/v1.0/`,
      pathRootBeta: `${origin(request)}/warehouse/beta/`,
      lastSnapshot: { dateKey: 20261120, publishedDateTime: '2026-11-20T00:00:07Z', snapshotId: 31 },
      tables: data.tables,
    }),
  ],
  [
    /^\/warehouse\/(?:v1\.0|beta|extended)\/([^/]+)$/,
    ([name], query) => {
      const table = data.tables.find((candidate) => candidate.name === name);
      if (!table) throw odataError(404, 'ResourceNotFound', `There is no entity set '${name}'.`);
      const grouped = /groupby\(\((\w+)\),aggregate\(\$count as amount\)\)$/.exec(query.get('$apply') ?? '');
      if (grouped) return { value: countBy(data.tableRows(name), grouped[1]) };
      return list(
        data.tableRows(name),
        query,
        table.columns.map((column) => column.name),
      );
    },
  ],
];

const token = () => randomBytes(24).toString('base64url');

const writes = [
  ...hub.writes(missing, problem),
  [
    /^POST \/api\/warehouse\/query$/,
    () => [
      200,
      {
        columns: [
          { name: 'manufacturer', type: 'Utf8' },
          { name: 'devices', type: 'Int64' },
        ],
        rows: countBy(data.tableRows('devices'), 'manufacturer').map((row) => ({
          manufacturer: row.manufacturer,
          devices: row.amount,
        })),
        truncated: false,
      },
    ],
  ],
  [
    /^POST \/api\/warehouse\/snapshots$/,
    () => [
      200,
      { outcome: 'published', snapshotId: 32, dateKey: 20261120, devices: data.devices.length, users: 60 },
    ],
  ],
  [
    /^POST \/api\/session\/sign-out$/,
    () => [200, { redirectTo: '/sign-in' }, { 'set-cookie': 'session=; Path=/; Max-Age=0' }],
  ],
  [/^POST \/api\/devices\/([^/]+)\/sync$/, () => [202, { delivered: true }]],
  [
    /^POST \/api\/devices\/([^/]+)\/retire$/,
    ([id]) => {
      data.devices.splice(data.devices.indexOf(one(data.devices, id, noDevice(id))), 1);
      return [200, {}];
    },
  ],
  [
    /^POST \/api\/enrollmentTokens$/,
    (_, body) => {
      const made = {
        id: token(),
        description: body.description,
        createdDateTime: new Date().toISOString(),
        expirationDateTime: new Date(Date.now() + body.validForHours * 3_600_000).toISOString(),
        usesRemaining: body.maxUses,
        isRevoked: false,
      };
      data.enrollmentTokens.unshift(made);
      return [201, { ...made, token: token() }];
    },
  ],
  [
    /^POST \/api\/enrollmentTokens\/([^/]+)\/revoke$/,
    ([id]) => {
      one(data.enrollmentTokens, id, problem(404, 'not_found', 'There is no such token.')).isRevoked = true;
      return [200, {}];
    },
  ],
  [
    /^POST \/api\/applications$/,
    (_, body) => {
      const made = {
        id: token(),
        appId: token(),
        displayName: body.displayName,
        createdDateTime: new Date().toISOString(),
        permissions: body.permissions,
        passwordCredentials: [],
      };
      data.applications.push(made);
      return [201, made];
    },
  ],
  [
    /^POST \/api\/applications\/([^/]+)\/passwords$/,
    ([id], body) => {
      const secretText = token();
      const keyId = token();
      one(
        data.applications,
        id,
        problem(404, 'not_found', 'There is no such registration.'),
      ).passwordCredentials.push({
        keyId,
        displayName: body.displayName,
        endDateTime: new Date(Date.now() + body.validForDays * 86_400_000).toISOString(),
        hint: secretText.slice(0, 3),
      });
      return [201, { keyId, secretText }];
    },
  ],
  [
    /^DELETE \/api\/applications\/([^/]+)\/passwords\/([^/]+)$/,
    ([id, keyId]) => {
      const found = one(data.applications, id, problem(404, 'not_found', 'There is no such registration.'));
      found.passwordCredentials = found.passwordCredentials.filter(
        (credential) => credential.keyId !== keyId,
      );
      return [204, undefined];
    },
  ],
];

const signInPage = (returnTo, wrong) => `<!doctype html><html lang="en"><title>Sign in</title>
<h1>Sign in to the mock</h1>${wrong ? '<p role="alert">Wrong name or password.</p>' : ''}
<form method="post"><input type="hidden" name="returnTo" value="${encodeURIComponent(returnTo)}">
<label>Name <input name="username" type="text"></label><label>Password <input name="password" type="password"></label>
<button type="submit">Sign in</button></form>`;

async function signIn(request, response, url) {
  const returnTo = url.searchParams.get('returnTo') ?? '/';
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/html' });
    return response.end(signInPage(returnTo, false));
  }
  const form = new URLSearchParams(await bodyOf(request));
  if (form.get('username') !== ADMIN.user || form.get('password') !== ADMIN.password) {
    response.writeHead(200, { 'content-type': 'text/html' });
    return response.end(signInPage(returnTo, true));
  }
  response.writeHead(303, {
    location: returnTo,
    'set-cookie': 'session=mock; Path=/; HttpOnly; SameSite=Strict',
  });
  return response.end();
}

async function api(request, response, url) {
  if (!/\bsession=mock\b/.test(request.headers.cookie ?? '')) {
    throw url.pathname.startsWith('/api')
      ? problem(401, 'unauthenticated', 'Sign in first.')
      : odataError(401, 'InvalidAuthenticationToken', 'Sign in first.');
  }
  if (request.method === 'GET') {
    if (url.pathname === '/api/tenantStatus/changes') return hub.changesStream(request, response);
    for (const [pattern, answer] of reads) {
      const found = pattern.exec(url.pathname);
      if (found)
        return send(
          response,
          200,
          await answer(found.slice(1).map(decodeURIComponent), url.searchParams, request),
        );
    }
    throw problem(404, 'not_found', 'There is nothing at this address.');
  }
  if (request.headers['x-csrf-token'] !== CSRF) throw problem(403, 'csrf', 'The CSRF token is missing.');
  const body = JSON.parse((await bodyOf(request)) || '{}');
  for (const [pattern, answer] of writes) {
    const found = pattern.exec(`${request.method} ${url.pathname}`);
    if (!found) continue;
    const [status, content, headers] = answer(found.slice(1).map(decodeURIComponent), body);
    return send(response, status, content, headers);
  }
  throw problem(404, 'not_found', 'There is nothing at this address.');
}

async function file(request, response, url) {
  if (url.pathname.startsWith('/assets/')) {
    const path = join(dist, normalize(url.pathname));
    const content = await readFile(path).catch(() => null);
    if (!content) throw problem(404, 'not_found', 'There is no such file.');
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    return response.end(content);
  }
  const nonce = randomBytes(16).toString('base64');
  const html = await readFile(join(dist, 'index.html'), 'utf8');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  });
  const session = /\bsession=mock\b/.test(request.headers.cookie ?? '') ? 'some' : 'none';
  return response.end(html.replaceAll('__CSP_NONCE__', nonce).replace('__SESSION__', session));
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://mock');
  const work =
    url.pathname === '/api/session/sign-in'
      ? signIn(request, response, url)
      : /^\/(api|graph|warehouse)\//.test(url.pathname)
        ? api(request, response, url)
        : file(request, response, url);
  work.catch((error) => {
    if (error instanceof Refusal) return send(response, error.status, error.body);
    console.error(error);
    return send(response, 500, {
      type: 'about:blank',
      title: 'internal',
      status: 500,
      code: 'internal',
      detail: error.message,
    });
  });
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}   ${ADMIN.user} / ${ADMIN.password}`);
});
