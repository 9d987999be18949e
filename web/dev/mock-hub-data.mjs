/**
 * What the mock's tenant status hub knows: connectors, service health, messages, alerts. The rules are simpler
 * than the server's, the shapes are the same.
 */
import { randomBytes } from 'node:crypto';

const DAY = 86_400_000;
export const at = (days) => new Date(Date.now() + days * DAY).toISOString();
export const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const token = () => randomBytes(18).toString('base64url');

export const TYPES = [
  ['apnsExpiry', 'APNS Expiry Date', 'Apple MDM push certificates', 'expiry', 'applePush', []],
  [
    'vppExpiry',
    'VPP Expiry Date',
    'iOS Volume-Purchased Program Tokens',
    'expiry',
    'appleLocationToken',
    ['appleVpp', 'heartbeat'],
  ],
  [
    'depExpiry',
    'DEP Expiry Date',
    'Enrollment program tokens',
    'expiry',
    'appleEnrolmentToken',
    ['appleDep', 'heartbeat'],
  ],
  [
    'autopilotSync',
    'Windows Autopilot last sync date',
    'Windows Autopilot devices',
    'sync',
    'clientSecret',
    ['graphImport', 'heartbeat'],
  ],
  ['customHeartbeat', 'Scripts and partners', 'Scripts and partners', 'heartbeat', null, ['heartbeat']],
  ['tlsExpiry', 'TLS certificates of servers', 'TLS certificates of servers', 'expiry', null, ['tlsProbe']],
  ['httpsProbe', 'HTTPS probes', 'HTTPS probes', 'sync', null, ['httpsProbe']],
  ['clientSecretExpiry', 'Client secrets', 'Client secrets', 'expiry', 'clientSecret', []],
  [
    'managedGooglePlaySync',
    'Managed Google Play App Sync',
    'Managed Google Play',
    'sync',
    'serviceAccount',
    ['heartbeat'],
  ],
  [
    'exchangeSync',
    'Exchange on-premises last sync date',
    'Exchange on-premises connectors',
    'sync',
    null,
    ['heartbeat'],
  ],
  ['ownTlsExpiry', 'Quarterdeck TLS certificate', 'Quarterdeck TLS certificate', 'expiry', null, []],
  ['ownSnapshotSync', 'Quarterdeck midnight snapshot', 'Quarterdeck midnight snapshot', 'sync', null, []],
  ['certificateExpiry', 'Other certificates', 'Other certificates', 'expiry', 'certificate', []],
];
const ORDER = ['unhealthy', 'warning', 'healthy', 'notEnabled'];

/** What changes: the number of changes, of ids, and one's own preferences. */
export const kept = { sequence: 1, next: 100, preferences: { isEnabled: false, settings: null } };
export function instance(type, displayName, more = {}) {
  kept.next += 1;
  return {
    id: id(kept.next),
    type,
    displayName,
    isEnabled: true,
    owner: null,
    howToRenew: null,
    settings: {},
    credential: {
      state: 'none',
      facts: {},
      validFromDateTime: null,
      expirationDateTime: null,
      uploadedDateTime: null,
    },
    sync: {
      kind: null,
      everySeconds: null,
      lastSuccessDateTime: null,
      lastAttemptDateTime: null,
      lastError: null,
      nextExpectedDateTime: null,
      nextRunDateTime: null,
      isRunning: false,
      hasHeartbeatToken: false,
    },
    createdDateTime: at(-400),
    lastModifiedDateTime: at(-40),
    ...more,
  };
}
export const credential = (days, facts) => ({
  state: 'readable',
  facts,
  validFromDateTime: at(days - 365),
  expirationDateTime: at(days),
  uploadedDateTime: at(days - 364),
});
const syncing = (kind, days, more = {}) => ({
  ...instance('', '').sync,
  kind,
  lastSuccessDateTime: at(days),
  lastAttemptDateTime: at(Math.max(days, -0.2)),
  nextRunDateTime: at(0.2),
  ...more,
});

export const instances = [
  instance('apnsExpiry', 'Contoso push', {
    owner: 'Fleet team, fleet@contoso.example',
    howToRenew: 'Sign in at identity.apple.com/pushcert with apple@contoso.example and renew, never create.',
    credential: credential(6, {
      subject: 'APSP:a1b2',
      topic: 'com.apple.mgmt.External.0f9e6c3b-2a54-4f52-9d1f-1e2d3c4b5a69',
      serialNumber: '5C:11:90:AF',
      appleIdentifier: 'apple@contoso.example',
    }),
  }),
  instance('vppExpiry', 'Rotterdam office', {
    credential: credential(-2, { organization: 'Contoso Shipping Rotterdam', countryCode: 'NL' }),
    sync: syncing('appleVpp', -3.4, {
      lastError: 'Apple answered that the token has expired. Download a new one and upload it here.',
    }),
  }),
  instance('vppExpiry', 'Göteborg office', {
    credential: credential(201, { organization: 'Contoso Shipping Göteborg', countryCode: 'SE' }),
  }),
  instance('autopilotSync', 'Contoso tenant', {
    owner: 'Wei Chen',
    credential: credential(120, { hint: 'q2R…' }),
    sync: syncing('graphImport', -1.3),
    settings: { root: 'https://graph.example/v1.0' },
  }),
  instance('customHeartbeat', 'Nightly backup of the file server', {
    sync: syncing('heartbeat', -0.3, {
      hasHeartbeatToken: true,
      nextExpectedDateTime: at(0.7),
      nextRunDateTime: null,
    }),
  }),
  instance('tlsExpiry', 'intranet.contoso.example', {
    credential: credential(44, { subject: 'CN=intranet.contoso.example', issuer: 'CN=Contoso Issuing CA' }),
    sync: syncing('tlsProbe', -0.02),
    settings: { host: 'intranet.contoso.example', port: 443 },
  }),
  instance('clientSecretExpiry', 'Payroll export', {
    credential: credential(83, { hint: 'k8~…' }),
    owner: 'Maria van der Velde-Oosterhuis',
  }),
  instance('ownTlsExpiry', 'deck.contoso.example', {
    credential: credential(71, { subject: 'CN=deck.contoso.example' }),
  }),
  instance('ownSnapshotSync', 'Midnight snapshot', { sync: syncing(null, -0.4, { nextRunDateTime: null }) }),
];
export const familyOf = (type) =>
  type.endsWith('Sync') ? type.replace('Sync', '') : type.replace('Expiry', '');
export const changes = [
  { instance: 0, days: -1, before: 'healthy', health: 'warning', reason: 'expiresSoon' },
  { instance: 1, days: -2, before: 'warning', health: 'unhealthy', reason: 'expired' },
  { instance: 1, days: -9, before: 'healthy', health: 'warning', reason: 'expiresSoon' },
  { instance: 3, days: -0.3, before: 'healthy', health: 'warning', reason: 'successNotRecent' },
  { instance: 3, days: -30, before: 'unhealthy', health: 'healthy', reason: 'successRecent' },
  { instance: 3, days: -34, before: 'healthy', health: 'unhealthy', reason: 'successLongAgo' },
].map(({ instance: n, days, before, health, reason }) => ({
  instanceId: instances[n].id,
  instanceName: instances[n].displayName,
  type: instances[n].type,
  at: at(days),
  healthBefore: before,
  health,
  reason,
}));
export const runs = new Map([
  [
    instances[3].id,
    [
      [-0.2, 'failed', 'The service asked to wait: it answers no more than 100 requests a minute.'],
      [-1.3, 'succeeded', '412 devices were read, 3 are new.'],
      [-2.3, 'succeeded', '409 devices were read.'],
    ].map(([days, outcome, message], n) => ({
      id: id(500 + n),
      requestedBy: 'schedule',
      startedDateTime: at(days),
      finishedDateTime: at(days + 0.001),
      outcome,
      message,
      counts: {},
    })),
  ],
]);
export const warningDays = new Map();

const status = (health, reason, timestamp = null, changesAt = null, thresholdSeconds = null) => ({
  health,
  reason,
  timestamp,
  thresholdSeconds,
  changesAt,
});

export function judged(kind, one) {
  if (!one.isEnabled) return status('notEnabled', 'disabled');
  if (kind === 'expiry') {
    const { expirationDateTime: expires } = one.credential;
    if (!expires) return status('notEnabled', 'noCredential');
    const days = (new Date(expires) - Date.now()) / DAY;
    if (days <= 0) return status('unhealthy', 'expired', expires);
    if (days <= 7) return status('warning', 'expiresSoon', expires, expires, 604_800);
    return status('healthy', 'expiresLater', expires, at(days - 7), 604_800);
  }
  const last = one.sync.lastSuccessDateTime;
  if (!last) return status('warning', 'neverSucceeded', one.createdDateTime);
  const days = (Date.now() - new Date(last)) / DAY;
  if (days >= 3) return status('unhealthy', 'successLongAgo', last);
  if (days > 1) return status('warning', 'successNotRecent', last, at(3 - days), 259_200);
  return status('healthy', 'successRecent', last, at(1 - days), 86_400);
}

export const viewed = (kind, one) => ({ ...one, status: judged(kind, one) });

export function summary([type, label, , kind]) {
  const own = instances.filter((one) => one.type === type).map((one) => viewed(kind, one));
  const worst = own.toSorted((a, b) => ORDER.indexOf(a.status.health) - ORDER.indexOf(b.status.health))[0];
  return {
    type,
    label,
    kind,
    madeBy: type.startsWith('own') ? 'quarterdeck' : 'administrator',
    isRetired: type === 'exchangeSync',
    status: worst?.status ?? judged('expiry', instance('', '')),
    instanceCount: own.length,
    enabledCount: own.filter((one) => one.isEnabled).length,
    instanceId: worst?.id ?? null,
    instanceName: worst?.displayName ?? null,
    mayWrite: true,
  };
}

export function list() {
  const value = TYPES.map(summary).toSorted(
    (a, b) =>
      ORDER.indexOf(a.status.health) - ORDER.indexOf(b.status.health) || a.label.localeCompare(b.label),
  );
  const count = (health) => value.filter((one) => one.status.health === health).length;
  return {
    asOf: at(0),
    sequence: kept.sequence,
    unhealthyCount: count('unhealthy'),
    warningCount: count('warning'),
    changesAt: null,
    value,
  };
}

export const typeOf = (key, missing) => {
  const found = TYPES.find(([type]) => type === key);
  if (!found) throw missing('There is no such type of connector.');
  return found;
};
export const instanceOf = (key, missing) => {
  const found = instances.find((one) => one.id === key);
  if (!found) throw missing('There is no such connector.');
  return found;
};

const posts = (...texts) =>
  texts.map((content, n) => ({
    createdDateTime: at(-0.3 + n * 0.1),
    postType: 'regular',
    description: { contentType: 'html', content },
  }));
export const issues = [
  {
    id: 'QD1042',
    title: 'The midnight snapshot of 20 November was late',
    service: 'Data warehouse',
    feature: 'Snapshot',
    classification: 'incident',
    status: 'restoringService',
    impactDescription: 'Reports show the day before. Nothing is lost.',
    isResolved: false,
    start: -0.4,
    end: null,
    posts: posts(
      '<p>The snapshot failed because the disk was full.</p><ul><li>Space was made.</li><li>The next try is running.</li></ul>',
      '<p>The snapshot is being made again. <a href="https://deck.contoso.example/status">More</a></p>',
    ),
  },
  {
    id: 'QD1040',
    title: 'Check-ins take longer than usual',
    service: 'Device management',
    feature: 'Check-in',
    classification: 'advisory',
    status: 'serviceDegradation',
    impactDescription: 'Some devices show as last seen a few hours ago.',
    isResolved: false,
    start: -1.2,
    end: null,
    posts: posts('<p>More devices than usual check in after the holiday.</p>'),
  },
  {
    id: 'QD1017',
    title: 'The feed answered with errors',
    service: 'Data warehouse',
    feature: 'Feed',
    classification: 'incident',
    status: 'serviceRestored',
    impactDescription: 'Reports could not be refreshed for twelve minutes.',
    isResolved: true,
    start: -12,
    end: -11.9,
    posts: posts('<p>A certificate had expired and was renewed.</p>'),
  },
].map(({ start, end, ...issue }) =>
  Object.assign(issue, {
    featureGroup: issue.service,
    origin: 'thirdParty',
    details: [],
    startDateTime: at(start),
    endDateTime: end === null ? null : at(end),
    lastModifiedDateTime: at(end ?? start + 0.2),
  }),
);

export const messages = Array.from({ length: 13 }, (_, n) => ({
  id: `MC${900 - n}`,
  title:
    n === 0
      ? 'Plan for change: agents older than version 0.1 stop reporting in February'
      : n === 1
        ? 'The tenant status page has three tabs'
        : `Release notes, part ${13 - n}`,
  body: {
    contentType: 'html',
    content:
      '<p>Agents that are older will <strong>no longer</strong> be heard from that day on.</p><p>What to do:</p><ol><li>See which devices have one.</li><li>Bring them up to date.</li></ol><script>alert(1)</script>',
  },
  category: n === 0 ? 'planForChange' : n === 3 ? 'preventOrFixIssue' : 'stayInformed',
  severity: n === 0 ? 'high' : 'normal',
  services: ['Quarterdeck'],
  tags: n === 0 ? ['Admin impact'] : [],
  isMajorChange: n === 0,
  actionRequiredByDateTime: n === 0 ? at(70) : null,
  startDateTime: at(-1 - n * 3),
  endDateTime: n === 12 ? at(-1) : null,
  lastModifiedDateTime: at(-1 - n * 3),
  viewPoint: { isRead: n > 4, isArchived: n === 11, isFavorited: n === 5 },
}));
export const isActive = (one) =>
  !one.viewPoint.isArchived && (one.endDateTime === null || new Date(one.endDateTime) > Date.now());

export const actionItems = [
  {
    kind: 'connectorExpired',
    severity: 'critical',
    title: 'VPP Expiry Date: Rotterdam office has expired',
    advice: 'Download a new token from Apple Business Manager and upload it on the connector page.',
    link: `/tenant-status/connectors/vppExpiry/${instances[1].id}`,
    affectedCount: 1,
  },
  {
    kind: 'devicesNotSeen',
    severity: 'warning',
    title: '14 devices have not been seen for 30 days',
    advice: 'Ask their owners to connect them, or retire them.',
    link: '/devices?sort=lastSyncDateTime',
    affectedCount: 14,
  },
].map((item, n) =>
  Object.assign(item, {
    id: id(700 + n),
    subject: item.kind,
    firstSeenDateTime: at(-2 - n),
    lastSeenDateTime: at(0),
  }),
);

const settings = {
  addresses: [],
  topics: ['connectorHealth', 'earlyWarning', 'incident'],
  minSeverity: 'warning',
  language: 'en',
  pace: 'atOnce',
  digestAt: '07:00:00',
  quietHours: null,
  timeZone: 'Europe/Amsterdam',
  remindEveryHours: 24,
  tellsResolved: true,
};
export const channels = [
  {
    id: id(801),
    kind: 'mail',
    displayName: 'Fleet team',
    isEnabled: true,
    host: null,
    settings: { ...settings, addresses: ['fleet@contoso.example'] },
    lastSentDateTime: at(-0.3),
  },
  {
    id: id(802),
    kind: 'teams',
    displayName: 'Operations',
    isEnabled: false,
    host: 'contoso.webhook.example',
    settings,
    lastSentDateTime: null,
  },
];
export const deliveries = [
  ['VPP Expiry Date: Rotterdam office: Unhealthy', 'Fleet team', 'mail', 'sent', null],
  [
    'APNS Expiry Date: Contoso push: Warning',
    'Operations',
    'teams',
    'failed',
    'The other side answered 404: the workflow no longer exists. Make a new one and give its address to the channel.',
  ],
  [
    'The midnight snapshot of 20 November was late',
    'Fleet team',
    'mail',
    'retrying',
    'The mail server did not answer within 10 seconds.',
  ],
].map(([title, channelName, channelKind, state, lastError], n) => ({
  id: id(850 + n),
  channelId: null,
  channelName,
  channelKind,
  state,
  isReminder: false,
  title,
  noticeCount: 1,
  attempts: lastError ? 3 : 1,
  lastError,
  createdDateTime: at(-0.2 - n),
  dueDateTime: at(-0.2 - n),
  finishedDateTime: state === 'retrying' ? null : at(-0.19 - n),
}));
export const feeds = [
  { id: id(901), description: 'My calendar', createdDateTime: at(-20), isRevoked: false },
];
