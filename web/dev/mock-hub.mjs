/**
 * The doors of the mock's tenant status hub.
 */
import { X509Certificate } from 'node:crypto';
import {
  actionItems,
  at,
  changes,
  channels,
  credential,
  deliveries,
  feeds,
  familyOf,
  id,
  instance,
  instanceOf,
  instances,
  isActive,
  issues,
  judged,
  kept,
  list,
  messages,
  runs,
  summary,
  token,
  typeOf,
  viewed,
  warningDays,
} from './mock-hub-data.mjs';

/** How long an uploaded certificate still has; a year for other things. */
function daysLeft(text) {
  if (!text.includes('BEGIN CERTIFICATE')) return 365;
  return (new X509Certificate(text).validToDate - Date.now()) / 86_400_000;
}

/** The reads: address, and what it answers. `missing` makes a 404, `list` does OData. */
export function reads(missing, odata) {
  const root = '\\/graph\\/v1\\.0\\/admin\\/serviceAnnouncement\\/';
  return [
    [/^\/api\/tenantStatus\/connectors$/, () => list()],
    [
      /^\/api\/tenantStatus\/connectors\/([^/]+)$/,
      ([key]) => {
        const type = typeOf(key, missing);
        return {
          ...summary(type),
          asOf: at(0),
          pageTitle: type[2],
          drivenBy: type[3] === 'expiry' ? 'expirationDateTime' : 'lastSyncDateTime',
          graphSource: key.startsWith('own') ? null : `deviceManagement/${familyOf(key)}`,
          credentialKind: type[4],
          syncKinds: type[5],
          writePermission: 'Quarterdeck_Connectors_Update',
          earlyWarningDays: warningDays.get(key) ?? [30, 14, 7, 1],
          instances: instances.filter((one) => one.type === key).map((one) => viewed(type[3], one)),
          timeline: changes.filter((change) => change.type === key),
        };
      },
    ],
    [
      /^\/api\/tenantStatus\/connectors\/([^/]+)\/instances\/([^/]+)$/,
      ([key, one]) => ({
        ...viewed(typeOf(key, missing)[3], instanceOf(one, missing)),
        timeline: changes.filter((change) => change.instanceId === one),
        runs: runs.get(one) ?? [],
        mayWrite: true,
      }),
    ],
    [
      /^\/api\/tenantStatus\/expiring$/,
      () => ({
        value: instances
          .filter((one) => one.credential.expirationDateTime)
          .map((one) => {
            const [type, , , kind] = typeOf(one.type, missing);
            return {
              type,
              instanceId: one.id,
              displayName: one.displayName,
              owner: one.owner,
              howToRenew: one.howToRenew,
              expiresAt: one.credential.expirationDateTime,
              health: judged(kind === 'expiry' ? kind : 'expiry', one).health,
            };
          }),
      }),
    ],
    [/^\/api\/tenantStatus\/feeds$/, () => ({ value: feeds })],
    [/^\/api\/serviceAnnouncement\/sources$/, () => ({ value: sources })],
    [/^\/api\/tenantStatus\/actionItems$/, (_, query) => odata(actionItems, query)],
    [
      new RegExp(`^${root}healthOverviews$`),
      () => ({
        value: ['Data warehouse', 'Device management', 'Quarterdeck'].map((service) => ({
          id: service,
          service,
          status:
            issues.find((issue) => issue.service === service && !issue.isResolved)?.status ??
            'serviceOperational',
        })),
      }),
    ],
    [new RegExp(`^${root}issues$`), (_, query) => odata(issues, query)],
    [
      new RegExp(`^${root}issues\\/([^/]+)$`),
      ([key]) =>
        issues.find((issue) => issue.id === key) ?? Promise.reject(missing('There is no such issue.')),
    ],
    [
      new RegExp(`^${root}messages$`),
      (_, query) =>
        odata(
          messages.map((one) => ({ ...one, isActive: isActive(one) })),
          query,
        ),
    ],
    [
      new RegExp(`^${root}messages\\/([^/]+)$`),
      ([key]) =>
        messages.find((one) => one.id === key) ?? Promise.reject(missing('There is no such message.')),
    ],
    [
      /^\/api\/notifications\/preferences$/,
      () => ({
        ...kept.preferences,
        availableTopics: ['connectorHealth', 'earlyWarning', 'incident', 'actionItem', 'message'],
        hasMailServer: true,
      }),
    ],
    [/^\/api\/notifications\/channels$/, () => ({ value: channels, hasMailServer: true })],
    [/^\/api\/notifications\/deliveries$/, (_, query) => odata(deliveries, query)],
  ];
}

const MARKS = {
  markRead: ['isRead', true],
  markUnread: ['isRead', false],
  archive: ['isArchived', true],
  unarchive: ['isArchived', false],
  favorite: ['isFavorited', true],
  unfavorite: ['isFavorited', false],
};

const edit = (found, body) => {
  for (const name of ['displayName', 'owner', 'howToRenew', 'settings']) {
    if (body[name] !== undefined) found[name] = body[name] === '' ? null : body[name];
  }
  if (body.syncKind) found.sync.kind = body.syncKind;
  if (body.syncEverySeconds) found.sync.everySeconds = body.syncEverySeconds;
};

const publicPart = (fileName, what) => () => [
  201,
  { pem: `-----BEGIN ${what}-----\nTU9DSw==\n-----END ${what}-----\n`, fileName },
];

/** The writes: method and address, and what they answer. */
const sources = [];

const addPost = (issue, text, status) => {
  const now = at(0);
  issue.posts.push({
    createdDateTime: now,
    postType: 'regular',
    description: { contentType: 'text', content: text },
  });
  Object.assign(issue, { status, lastModifiedDateTime: now });
  return issue;
};
const sourceOf = (key) => sources.find((source) => source.id === key);
// The mock asks nobody: what is not this machine fails as an unknown name does.
const asked = (source) =>
  Object.assign(source, {
    isRunning: false,
    lastAskedDateTime: at(0),
    lastSuccessDateTime: source.serviceUrl.includes('invalid') ? null : at(0),
    lastError: source.serviceUrl.includes('invalid')
      ? `The name ${new URL(source.tokenUrl).hostname} was not found; check its spelling and this machine's DNS.`
      : null,
  });

/** An operator's hand on issues, messages and import connections. */
function operators(missing, refused) {
  const api = '\\/api\\/serviceAnnouncement';
  const issueOf = (key) => {
    const found = issues.find((issue) => issue.id === key);
    if (!found) throw missing('There is no such issue.');
    return found;
  };
  return [
    [
      new RegExp(`^POST ${api}\\/issues$`),
      (_, { text, ...body }) => {
        const made = {
          feature: body.service,
          ...body,
          id: `QD${String(++kept.next).padStart(8, '0')}`,
          featureGroup: body.service,
          origin: 'customer',
          isResolved: false,
          startDateTime: at(0),
          endDateTime: null,
          details: [],
          posts: [],
          source: 'operator',
        };
        issues.unshift(addPost(made, text ?? body.impactDescription, body.status));
        return [201, { id: made.id, status: made.status, isResolved: false }];
      },
    ],
    [
      new RegExp(`^POST ${api}\\/issues\\/([^/]+)\\/posts$`),
      ([key], body) => {
        const issue = addPost(issueOf(key), body.text, body.status);
        return [201, { id: key, status: issue.status, isResolved: false }];
      },
    ],
    [
      new RegExp(`^POST ${api}\\/issues\\/([^/]+)\\/resolve$`),
      ([key], body) => {
        const issue = addPost(issueOf(key), body.text, body.status);
        Object.assign(issue, { isResolved: true, endDateTime: at(0) });
        return [200, { id: key, status: issue.status, isResolved: true }];
      },
    ],
    [
      new RegExp(`^POST ${api}\\/messages$`),
      (_, { body, ...rest }) => {
        const now = at(0);
        const made = {
          actionRequiredByDateTime: null,
          endDateTime: null,
          ...rest,
          id: `QM${String(++kept.next).padStart(8, '0')}`,
          body: { contentType: 'text', content: body },
          startDateTime: now,
          lastModifiedDateTime: now,
          viewPoint: { isRead: false, isArchived: false, isFavorited: false },
          source: 'operator',
        };
        messages.unshift(made);
        return [201, { id: made.id }];
      },
    ],
    [
      new RegExp(`^POST ${api}\\/messages\\/([^/]+)\\/end$`),
      ([key]) => {
        const found = messages.find((message) => message.id === key);
        if (!found) throw missing('There is no such message.');
        found.endDateTime = at(0);
        return [200, { id: key }];
      },
    ],
    [
      new RegExp(`^POST ${api}\\/sources$`),
      (_, { clientSecret, ...body }) => {
        if (!clientSecret)
          throw refused(400, 'bad_request', 'The secret is empty.', { target: 'clientSecret' });
        const made = { ...body, id: id(++kept.next), isEnabled: true, createdDateTime: at(0) };
        sources.push(asked(made));
        return [201, made];
      },
    ],
    [
      new RegExp(`^PATCH ${api}\\/sources\\/([^/]+)$`),
      ([key], { clientSecret, ...body }) => {
        const source = Object.assign(sourceOf(key), body);
        return [200, clientSecret ? asked(source) : source];
      },
    ],
    [new RegExp(`^POST ${api}\\/sources\\/([^/]+)\\/run$`), ([key]) => [202, void asked(sourceOf(key))]],
    [
      new RegExp(`^DELETE ${api}\\/sources\\/([^/]+)$`),
      ([key]) => [204, void sources.splice(sources.indexOf(sourceOf(key)), 1)],
    ],
  ];
}

export function writes(missing, refused) {
  const one = '\\/api\\/tenantStatus\\/connectors\\/([^/]+)\\/instances\\/([^/]+)';
  const change =
    (does) =>
    ([type, key], body) => {
      kept.sequence += 1;
      const found = instanceOf(key, missing);
      const answer = does(found, body, type);
      return answer ?? [200, viewed(typeOf(found.type, missing)[3], found)];
    };
  return [
    [
      /^POST \/api\/tenantStatus\/connectors\/([^/]+)\/instances$/,
      ([type], body) => {
        kept.sequence += 1;
        const made = instance(typeOf(type, missing)[0], body.displayName, { createdDateTime: at(0) });
        edit(made, body);
        instances.push(made);
        return [201, viewed(typeOf(type, missing)[3], made)];
      },
    ],
    [new RegExp(`^PATCH ${one}$`), change((found, body) => edit(found, body))],
    [
      new RegExp(`^DELETE ${one}$`),
      change((found) => {
        instances.splice(instances.indexOf(found), 1);
        return [204, undefined];
      }),
    ],
    [new RegExp(`^POST ${one}\\/enable$`), change((found) => void (found.isEnabled = true))],
    [new RegExp(`^POST ${one}\\/disable$`), change((found) => void (found.isEnabled = false))],
    [
      new RegExp(`^POST ${one}\\/sync$`),
      change((found) => {
        if (found.sync.isRunning)
          throw refused(409, 'already_running', 'A synchronization is already running.');
        found.sync.isRunning = true;
        setTimeout(() => {
          found.sync.isRunning = false;
          found.sync.lastSuccessDateTime = at(0);
          found.sync.lastError = null;
          runs.set(found.id, [
            {
              id: id(++kept.next),
              requestedBy: 'you',
              startedDateTime: at(0),
              finishedDateTime: at(0),
              outcome: 'succeeded',
              message: 'Everything was read.',
              counts: {},
            },
            ...(runs.get(found.id) ?? []),
          ]);
          kept.sequence += 1;
        }, 1500);
        return [202, { runId: id(++kept.next) }];
      }),
    ],
    [
      new RegExp(`^POST ${one}\\/credential$`),
      change((found, body) => {
        const text = body.text ?? Buffer.from(body.contentBase64 ?? '', 'base64').toString('latin1');
        if (text.startsWith('PK\u0003\u0004'))
          throw refused(400, 'zip', 'This is a ZIP file. Unpack it and upload the certificate inside.', {
            target: 'credential',
          });
        if (!text.includes('BEGIN') && !body.expirationDateTime)
          throw refused(400, 'not_a_certificate', 'This is no certificate: neither PEM, DER nor PKCS#12.', {
            target: 'credential',
          });
        found.credential = credential(daysLeft(text), { ...found.credential.facts, subject: 'CN=uploaded' });
        if (body.expirationDateTime) found.credential.expirationDateTime = body.expirationDateTime;
      }),
    ],
    [new RegExp(`^POST ${one}\\/signingRequest$`), publicPart('quarterdeck-push.csr', 'CERTIFICATE REQUEST')],
    [new RegExp(`^POST ${one}\\/keyPair$`), publicPart('quarterdeck-enrolment.pem', 'CERTIFICATE')],
    [
      new RegExp(`^POST ${one}\\/heartbeatToken$`),
      change((found) => {
        found.sync.hasHeartbeatToken = true;
        const secret = `qdhb_${token()}`;
        return [201, { token: secret, address: `https://deck.contoso.example/api/heartbeat/${secret}` }];
      }),
    ],
    [
      /^PUT \/api\/tenantStatus\/connectors\/([^/]+)\/earlyWarnings$/,
      ([type], body) => {
        warningDays.set(
          type,
          body.days.toSorted((a, b) => b - a),
        );
        return [200, { days: warningDays.get(type) }];
      },
    ],
    [
      /^POST \/api\/tenantStatus\/feeds$/,
      (_, body) => {
        const made = {
          id: id(++kept.next),
          description: body.description,
          createdDateTime: at(0),
          isRevoked: false,
        };
        feeds.push(made);
        const root = `https://deck.contoso.example/feeds/expiry/${token()}`;
        return [201, { id: made.id, rssAddress: `${root}/rss.xml`, calendarAddress: `${root}/calendar.ics` }];
      },
    ],
    [
      /^DELETE \/api\/tenantStatus\/feeds\/([^/]+)$/,
      ([key]) => {
        feeds.splice(
          feeds.findIndex((feed) => feed.id === key),
          1,
        );
        return [204, undefined];
      },
    ],
    ...operators(missing, refused),
    [
      /^POST \/graph\/v1\.0\/admin\/serviceAnnouncement\/messages\/(\w+)$/,
      ([mark], body) => {
        const [name, value] = MARKS[mark];
        for (const found of messages) if (body.messageIds.includes(found.id)) found.viewPoint[name] = value;
        return [200, { value: true }];
      },
    ],
    [
      /^PUT \/api\/notifications\/preferences$/,
      (_, body) => {
        if (body.isEnabled && body.settings.addresses.length === 0)
          throw refused(400, 'bad_request', 'Give one or two addresses.', { target: 'addresses' });
        kept.preferences = body;
        return [200, kept.preferences];
      },
    ],
    [
      /^POST \/api\/notifications\/channels$/,
      (_, body) => {
        const { url, ...rest } = body;
        const made = {
          ...rest,
          id: id(++kept.next),
          host: url ? new URL(url).host : null,
          lastSentDateTime: null,
        };
        channels.push(made);
        return [201, { ...made, signingSecret: body.kind === 'webhook' ? `whsec_${token()}` : null }];
      },
    ],
    [
      /^PUT \/api\/notifications\/channels\/([^/]+)$/,
      ([key], body) => [
        200,
        Object.assign(
          channels.find((channel) => channel.id === key),
          body,
        ),
      ],
    ],
    [
      /^DELETE \/api\/notifications\/channels\/([^/]+)$/,
      ([key]) => {
        channels.splice(
          channels.findIndex((channel) => channel.id === key),
          1,
        );
        return [204, undefined];
      },
    ],
    [/^POST \/api\/notifications\/channels\/([^/]+)\/test$/, () => [204, undefined]],
    [
      /^POST \/api\/notifications\/deliveries\/([^/]+)\/retry$/,
      ([key]) => {
        const found = deliveries.find((delivery) => delivery.id === key);
        if (found.state !== 'failed')
          throw refused(409, 'conflict', 'Only a failed delivery can be sent again.');
        found.state = 'waiting';
        return [202, undefined];
      },
    ],
  ];
}

/** Server-sent events: the number that rises with every change. */
export function changesStream(request, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  let told = 0;
  const tell = () => {
    if (told === kept.sequence) return;
    told = kept.sequence;
    response.write(`event: change\ndata: ${JSON.stringify({ sequence: told })}\n\n`);
  };
  tell();
  const timer = setInterval(tell, 300);
  request.on('close', () => clearInterval(timer));
}
